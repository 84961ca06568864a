;;! show = "asm"
;;! lines = 24

;; Loops are not unrolled if their number of iterations is unknown or large, or if they contain
;; calls.

(module
  (func $unknown (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (i32.mul (local.get 1) (i32.const 10)) (local.get 0)))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func $calls (param i32) (local i32)
    (local.set 1 (i32.const 3))
    (loop
      (drop (call $unknown (local.get 1)))
      (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1))))))
  (func $often (param i32) (result i32) (local i32)
    (local.set 1 (i32.const 33))
    (loop
      (local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 10)) (local.get 1)))
      (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (local.get 0)))

;; function(0) "unknown"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   uninit  %rax
;;   xorl %eax, %eax
;;   jmp     label1
;; block1:
;;   movq %rsi, %r9
;;   subl $0x1, %r9d
;;   imull $0xa, %eax, %r10d
;;   leal (%r10, %rsi), %eax
;;   testl %r9d, %r9d
;;   jnz     label2; j label3
;; block2:
;;   movq %r9, %rsi
;;   jmp     label1
;; block3:
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(1) "calls"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   movl $0x3, %esi
;;   jmp     label1
;; block1:
;;   uninit  %rdi
;;   xorl %edi, %edi
;;   movq %rsi, %r8
;;   jmp     label2
;; block2:
;;   movq %r8, %r11
;;   subl $0x1, %r11d
;;   imull $0xa, %edi, %eax
;;   leal (%rax, %r8), %edi
;;   testl %r11d, %r11d
;;   jnz     label3; j label4
;; block3:
;;   movq %r11, %r8
;;   jmp     label2
;; block4:
;;   subl $0x1, %esi
;;   testl %esi, %esi
;;   jnz     label5; j label6
;;
;; function(2) "often"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   movq %rsi, %r11
;;   movl $0x21, %esi
;;   jmp     label1
;; block1:
;;   movq %rsi, %r8
;;   subl $0x1, %r8d
;;   imull $0xa, %r11d, %r9d
;;   leal (%r9, %rsi), %eax
;;   testl %r8d, %r8d
;;   jnz     label2; j label3
;; block2:
;;   movq %r8, %rsi
;;   movq %rax, %r11
;;   jmp     label1
;; block3:
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
