;;! show = "asm"

;; A loop with a known and small number of iterations becomes straight-line code, whether it tests
;; at its end or at its start, counts up or down, and whatever is inlined in it. So does a loop
;; inside another one.

(module
  (memory 1)
  (func $down (param i32) (result i32) (local i32)
    (local.set 1 (i32.const 3))
    (loop
      (local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 10)) (local.get 1)))
      (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (local.get 0))
  (func $up (param i32) (local i32)
    (block
      (loop
        (br_if 1 (i32.ge_s (local.get 1) (i32.const 12)))
        (i32.store offset=64 (local.get 1) (local.get 0))
        (local.set 1 (i32.add (local.get 1) (i32.const 4)))
        (br 0))))
  (func $nested (result i32) (local i32 i32 i32)
    (loop
      (local.set 1 (i32.const 0))
      (loop
        (local.set 2 (i32.add (local.get 2) (i32.mul (local.get 0) (local.get 1))))
        (br_if 0 (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (i32.const 3))))
      (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 4))))
    (local.get 2)))

;; function(0) "down"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   jmp     label1
;; block1:
;;   jmp     label2
;; block2:
;;   jmp     label3
;; block3:
;;   imull $0xa, %esi, %r10d
;;   leal 3(%r10), %r10d
;;   imull $0xa, %r10d, %r10d
;;   leal 2(%r10), %r10d
;;   imull $0xa, %r10d, %r10d
;;   leal 1(%r10), %eax
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(1) "up"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   jmp     label1
;; block1:
;;   movq 0x10(%rdi), %rdi
;;   movq 0x178(%rdi), %rdi
;;   movl %esi, 0x40(%rdi)
;;   movl %esi, 0x44(%rdi)
;;   movl %esi, 0x48(%rdi)
;;   jmp     label2
;; block2:
;;   jmp     label3
;; block3:
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(2) "nested"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   jmp     label1
;; block1:
;;   jmp     label2
;; block2:
;;   jmp     label3
;; block3:
;;   jmp     label4
;; block4:
;;   jmp     label5
;; block5:
;;   jmp     label6
;; block6:
;;   movl $0x12, %eax
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
