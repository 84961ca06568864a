;;! show = "asm"

;; Two shifts whose results are combined rotate the lanes. A rotation by whole bytes becomes one
;; shuffle; any other one remains as it is.

(module
  (func (export "by_16") (param v128) (result v128)
    (v128.or
      (i32x4.shl (local.get 0) (i32.const 16))
      (i32x4.shr_u (local.get 0) (i32.const 16))))
  (func (export "by_8") (param v128) (result v128) (local v128)
    (local.set 1 (i64x2.shr_u (local.get 0) (i32.const 8)))
    (v128.or (local.get 1) (i64x2.shl (local.get 0) (i32.const 56))))
  (func (export "by_7") (param v128) (result v128)
    (v128.or
      (i32x4.shr_u (local.get 0) (i32.const 7))
      (i32x4.shl (local.get 0) (i32.const 25)))))

;; function(0) "by_16"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   pshufb (%rip), %xmm0
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(1) "by_8"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   pshufb (%rip), %xmm0
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(2) "by_7"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   movdqa %xmm0, %xmm2
;;   psrld $0x7, %xmm2
;;   pslld $0x19, %xmm0
;;   movdqa %xmm0, %xmm1
;;   movdqa %xmm2, %xmm0
;;   por %xmm1, %xmm0
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
