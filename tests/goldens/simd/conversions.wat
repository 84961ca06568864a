;; Conversions between vectors saturate, and never trap. For conversions with 64-bit integers, the
;; pairs of instructions are those that Cranelift supports on every target.
;;! show = "clif"

(module
  (func (export "trunc") (param v128) (result v128)
    (i32x4.trunc_sat_f64x2_u_zero (local.get 0)))
  (func (export "convert") (param v128) (result v128)
    (f64x2.convert_low_i32x4_s (local.get 0)))
  (func (export "extend") (param v128 v128) (result v128)
    (i32x4.extmul_high_i16x8_s (local.get 0) (local.get 1)))
  (func (export "dot") (param v128 v128) (result v128)
    (i32x4.dot_i16x8_s (local.get 0) (local.get 1))))

;; function(0) "trunc"
;; function u0:0(i64, i8x16) -> i8x16 system_v {
;;     const0 = 0x00000000000000000000000000000000
;;
;; block0(v0: i64, v1: i8x16):
;;     v3 = bitcast.f64x2 little v1
;;     v4 = vconst.i64x2 const0
;;     v5 = fcvt_to_uint_sat.i64x2 v3
;;     v6 = uunarrow v5, v4  ; v4 = const0
;;     v7 = bitcast.i8x16 little v6
;;     return v7
;; }
;;
;; function(1) "convert"
;; function u0:1(i64, i8x16) -> i8x16 system_v {
;; block0(v0: i64, v1: i8x16):
;;     v3 = bitcast.i32x4 little v1
;;     v4 = swiden_low v3
;;     v5 = fcvt_from_sint.f64x2 v4
;;     v6 = bitcast.i8x16 little v5
;;     return v6
;; }
;;
;; function(2) "extend"
;; function u0:2(i64, i8x16, i8x16) -> i8x16 system_v {
;; block0(v0: i64, v1: i8x16, v2: i8x16):
;;     v4 = bitcast.i16x8 little v2
;;     v5 = bitcast.i16x8 little v1
;;     v6 = swiden_high v5
;;     v7 = swiden_high v4
;;     v8 = imul v6, v7
;;     v9 = bitcast.i8x16 little v8
;;     return v9
;; }
;;
;; function(3) "dot"
;; function u0:3(i64, i8x16, i8x16) -> i8x16 system_v {
;; block0(v0: i64, v1: i8x16, v2: i8x16):
;;     v4 = bitcast.i16x8 little v2
;;     v5 = bitcast.i16x8 little v1
;;     v6 = swiden_low v5
;;     v7 = swiden_low v4
;;     v8 = imul v6, v7
;;     v9 = swiden_high v5
;;     v10 = swiden_high v4
;;     v11 = imul v9, v10
;;     v12 = iadd_pairwise v8, v11
;;     v13 = bitcast.i8x16 little v12
;;     return v13
;; }
