;;! show = "asm"

;; The compiler evaluates constant expressions, even through inlined bodies, and decides what
;; depends on them: a branch that is never taken has no code.

(module
  (func $scale (param i32 i32) (result i32)
    (if (result i32) (i32.eqz (local.get 1))
      (then (i32.const 0))
      (else (i32.mul (local.get 0) (i32.add (local.get 1) (i32.const 3))))))
  (func $constant (result i32)
    (call $scale (i32.const 6) (i32.const 4)))
  (func $eightfold (param i32) (result i32)
    (call $scale (local.get 0) (i32.const 5))))

;; function(0) "scale"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   testl %edx, %edx
;;   jz      label2; j label1
;; block1:
;;   leal 3(%rdx), %r9d
;;   imull %r9d, %esi
;;   movq %rsi, %rax
;;   jmp     label3
;; block2:
;;   uninit  %rax
;;   xorl %eax, %eax
;;   jmp     label3
;; block3:
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(1) "constant"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   jmp     label1
;; block1:
;;   movl $0x2a, %eax
;;   jmp     label2
;; block2:
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(2) "eightfold"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   jmp     label1
;; block1:
;;   shll $0x3, %esi
;;   jmp     label2
;; block2:
;;   movq %rsi, %rax
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
