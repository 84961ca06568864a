;; A load whose value is not used may still trap, so optimisation does not remove it.
;;! show = "asm"

(module
  (memory 1)
  (func (export "touch") (param i32)
    (drop (i64.load offset=32 (local.get 0)))))

;; function(0) "touch"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   movq 0x10(%rdi), %rdi
;;   movq 0x178(%rdi), %rdi
;;   movl %esi, %esi
;;   movq 0x20(%rdi, %rsi), %rsi
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
