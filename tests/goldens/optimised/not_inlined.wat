;;! show = "asm"
;;! opt-level = 2

;; Below level 3, nothing is inlined.

(module
  (func $one (result i32) (i32.const 1))
  (func $two (result i32) (i32.add (call $one) (call $one))))

;; function(0) "one"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   movl $0x1, %eax
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(1) "two"
;;   pushq %rbp
;;   movq %rsp, %rbp
;;   subq $0x10, %rsp
;;   movq %r12, (%rsp)
;; block0:
;;   movq %rdi, %r12
;;   call    function(0)
;;   movq %r12, %rdi
;;   movq %rax, %r12
;;   call    function(0)
;;   movq %r12, %r9
;;   leal (%r9, %rax), %eax
;;   movq (%rsp), %r12
;;   addq $0x10, %rsp
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
