;; Instructions beyond the baseline are used if the CPU has them.
;;! target = "x86_64"
;;! cpu = "x86-64-v3"
;;! cpu-features = "-bmi2"
;;! show = "asm"

(module
  (func (export "popcnt") (param i64) (result i64) (i64.popcnt (local.get 0)))
  (func (export "clz") (param i32) (result i32) (i32.clz (local.get 0)))
  (func (export "shift") (param i64 i64) (result i64) (i64.shl (local.get 0) (local.get 1)))
  (func (export "multiply") (param f64 f64) (result f64) (f64.mul (local.get 1) (local.get 0))))

;; function(0) "popcnt"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   popcntq %rsi, %rax
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(1) "clz"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   lzcntl %esi, %eax
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(2) "shift"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   movq %rdx, %rcx
;;   movq %rsi, %rax
;;   shlq %cl, %rax
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(3) "multiply"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   vmulsd %xmm0, %xmm1, %xmm0
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
