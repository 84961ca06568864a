;; On the baseline CPU, these are an instruction or a short sequence, not a call of a library:
;; rounding, shuffles, dot products, and the pseudo-minimum.
;;! show = "asm"

(module
  (func (export "round") (param v128) (result v128) (f32x4.floor (local.get 0)))
  (func (export "swizzle") (param v128 v128) (result v128)
    (i8x16.swizzle (local.get 0) (local.get 1)))
  (func (export "dot") (param v128 v128) (result v128)
    (i32x4.dot_i16x8_s (local.get 0) (local.get 1)))
  (func (export "pmin") (param v128 v128) (result v128)
    (f32x4.pmin (local.get 0) (local.get 1))))

;; function(0) "round"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   roundps $0x1, %xmm0, %xmm0
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(1) "swizzle"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   paddusb (%rip), %xmm1
;;   pshufb %xmm1, %xmm0
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(2) "dot"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   pmaddwd %xmm1, %xmm0
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
;;
;; function(3) "pmin"
;;   pushq %rbp
;;   movq %rsp, %rbp
;; block0:
;;   movdqa %xmm0, %xmm4
;;   movdqa %xmm1, %xmm0
;;   minps %xmm4, %xmm0
;;   movq %rbp, %rsp
;;   popq %rbp
;;   retq
