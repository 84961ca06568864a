;; The loops of a small function keep their values in registers, as at level 1.
;;! opt-level = 0
;;! show = "asm"

(module
  (memory 1)
  (func (export "sum") (param $at i32) (param $end i32) (result i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
      (br_if $next
        (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (local.get $end))))
    (local.get $sum)))

;; function(0) "sum"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   movq 0x10(%rdi), %rax
;;   movq 0x178(%rax), %rcx
;;   uninit  %rax
;;   xorl %eax, %eax
;;   jmp     label1
;; block1:
;;   movl %esi, %edi
;;   movl (%rcx, %rdi), %edi
;;   leal (%rax, %rdi), %eax
;;   leal 4(%rsi), %esi
;;   cmpl %edx, %esi
;;   jb      label2; j label3
;; block2:
;;   jmp     label1
;; block3:
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
