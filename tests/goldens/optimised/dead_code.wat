;;! show = "asm"

;; A value that is not used is not computed, unless the computation may trap or has an effect.

(module
  (memory 1)
  (func $square (param i32) (result i32)
    (i32.mul (local.get 0) (local.get 0)))
  (func $unused (param i32) (result i32)
    (drop (call $square (local.get 0)))
    (drop (i32.add (local.get 0) (i32.const 1)))
    (if (i32.const 0) (then (i32.store (i32.const 0) (local.get 0))))
    (local.get 0)))

;; function(0) "square"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   movq %rsi, %rax
;;   imull %esi, %eax
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(1) "unused"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   jmp     label1
;; block1:
;;   movq %rsi, %rax
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
