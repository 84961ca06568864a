;; Level 2: a value that a block computes twice is computed once, and a value that a loop does not
;; change is computed before the loop.
;;! opt-level = 2
;;! show = "asm"

(module
  (func (export "twice") (param i32 i32) (result i32)
    (i32.xor
      (i32.mul (local.get 0) (local.get 1))
      (i32.rotl (i32.mul (local.get 0) (local.get 1)) (i32.const 7))))
  (func (export "loop") (param i32 i32) (result i32) (local i32 i32)
    (loop
      (local.set 3 (i32.xor (local.get 3) (i32.mul (local.get 0) (local.get 1))))
      (br_if 0 (i32.ne (local.tee 2 (i32.add (local.get 2) (i32.const 1))) (local.get 0))))
    (local.get 3)))

;; function(0) "twice"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   imull %edx, %esi
;;   movq %rsi, %rdi
;;   roll $0x7, %edi
;;   movq %rsi, %rax
;;   xorl %edi, %eax
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(1) "loop"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   uninit  %rax
;;   xorl %eax, %eax
;;   movq %rsi, %r9
;;   imull %edx, %r9d
;;   movq %rax, %r8
;;   jmp     label1
;; block1:
;;   leal 1(%r8), %r8d
;;   xorl %r9d, %eax
;;   cmpl %esi, %r8d
;;   jnz     label2; j label3
;; block2:
;;   jmp     label1
;; block3:
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
