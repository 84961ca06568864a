;; The memory base is loaded from the instance before the loop. In the loop, the load is the only
;; instruction that accesses memory.
;;! show = "asm"

(module
  (memory 1)
  (func (export "sum") (param $at i32) (param $end i32) (result i32)
    (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (local.get $sum)))

;; function(0) "sum"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   uninit  %rax
;;   xorl %eax, %eax
;;   movq 0x10(%rdi), %rcx
;;   movq 0x178(%rcx), %rcx
;;   jmp     label1
;; block1:
;;   movl %esi, %edi
;;   movl (%rcx, %rdi), %edi
;;   leal 4(%rsi), %esi
;;   leal (%rax, %rdi), %eax
;;   cmpl %edx, %esi
;;   jb      label2; j label3
;; block2:
;;   jmp     label1
;; block3:
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
