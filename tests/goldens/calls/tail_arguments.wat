;; A callee with more arguments on the stack than the caller: the caller's return address moves.
;;! show = "asm"

(module
  (func $few (param i32) (result i32)
    (return_call $many (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5)
      (i64.const 6) (i64.const 7)))
  (func $many (param i64 i64 i64 i64 i64 i64 i64) (result i32)
    (return_call $few (i32.wrap_i64 (local.get 6)))))

;; function(0) "few"
;;   pushq %rbp
;;   movq %rsp, %rbp
;;   subq $0x10, %rsp
;;   movq %rsp, %rbp
;;   movq 0x10(%rsp), %r11
;;   movq %r11, (%rsp)
;;   movq 0x18(%rsp), %r11
;;   movq %r11, 8(%rsp)
;; block0:
;;   movl $0x1, %esi
;;   movl $0x2, %edx
;;   movl $0x3, %ecx
;;   movl $0x4, %r8d
;;   movl $0x5, %r9d
;;   movl $0x6, %r10d
;;   movl $0x7, %r11d
;;   movq %r10, <offset:0>+-0x10(%rbp)
;;   movq %r11, <offset:0>+-8(%rbp)
;;   return_call_known function(1) (16) tmp=%r11 %rdi=%rdi %rsi=%rsi %rdx=%rdx %rcx=%rcx %r8=%r8 %r9=%r9
;;
;; function(1) "many"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   movq <offset:0>+-8(%rbp), %rsi
;;   return_call_known function(0) (0) tmp=%r11 %rdi=%rdi %rsi=%rsi
