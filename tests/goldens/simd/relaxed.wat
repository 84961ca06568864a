;; Relaxed operators follow the specification's deterministic profile: a multiply-add rounds twice,
;; so that the result does not depend on the CPU or on options.
;;! show = "clif"

(module
  (func (export "madd") (param v128 v128 v128) (result v128)
    (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))
  (func (export "nmadd") (param v128 v128 v128) (result v128)
    (f64x2.relaxed_nmadd (local.get 0) (local.get 1) (local.get 2)))
  (func (export "swizzle") (param v128 v128) (result v128)
    (i8x16.relaxed_swizzle (local.get 0) (local.get 1)))
  (func (export "min") (param v128 v128) (result v128)
    (f32x4.relaxed_min (local.get 0) (local.get 1)))
  (func (export "select") (param v128 v128 v128) (result v128)
    (i16x8.relaxed_laneselect (local.get 0) (local.get 1) (local.get 2)))
  (func (export "dot") (param v128 v128 v128) (result v128)
    (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get 0) (local.get 1) (local.get 2))))

;; function(0) "madd"
;; function u0:0(i64, i8x16, i8x16, i8x16) -> i8x16 system_v {
;; block0(v0: i64, v1: i8x16, v2: i8x16, v3: i8x16):
;;     v5 = bitcast.f32x4 little v3
;;     v6 = bitcast.f32x4 little v2
;;     v7 = bitcast.f32x4 little v1
;;     v8 = fmul v7, v6
;;     v9 = fadd v8, v5
;;     v10 = bitcast.i8x16 little v9
;;     return v10
;; }
;;
;; function(1) "nmadd"
;; function u0:1(i64, i8x16, i8x16, i8x16) -> i8x16 system_v {
;; block0(v0: i64, v1: i8x16, v2: i8x16, v3: i8x16):
;;     v5 = bitcast.f64x2 little v3
;;     v6 = bitcast.f64x2 little v2
;;     v7 = bitcast.f64x2 little v1
;;     v8 = fneg v7
;;     v9 = fmul v8, v6
;;     v10 = fadd v9, v5
;;     v11 = bitcast.i8x16 little v10
;;     return v11
;; }
;;
;; function(2) "swizzle"
;; function u0:2(i64, i8x16, i8x16) -> i8x16 system_v {
;; block0(v0: i64, v1: i8x16, v2: i8x16):
;;     v4 = swizzle v1, v2
;;     return v4
;; }
;;
;; function(3) "min"
;; function u0:3(i64, i8x16, i8x16) -> i8x16 system_v {
;; block0(v0: i64, v1: i8x16, v2: i8x16):
;;     v4 = bitcast.f32x4 little v2
;;     v5 = bitcast.f32x4 little v1
;;     v6 = fmin v5, v4
;;     v7 = bitcast.i8x16 little v6
;;     return v7
;; }
;;
;; function(4) "select"
;; function u0:4(i64, i8x16, i8x16, i8x16) -> i8x16 system_v {
;; block0(v0: i64, v1: i8x16, v2: i8x16, v3: i8x16):
;;     v5 = bitselect v3, v1, v2
;;     return v5
;; }
;;
;; function(5) "dot"
;; function u0:5(i64, i8x16, i8x16, i8x16) -> i8x16 system_v {
;; block0(v0: i64, v1: i8x16, v2: i8x16, v3: i8x16):
;;     v5 = bitcast.i32x4 little v3
;;     v6 = swiden_low v1
;;     v7 = swiden_low v2
;;     v8 = imul v6, v7
;;     v9 = swiden_high v1
;;     v10 = swiden_high v2
;;     v11 = imul v9, v10
;;     v12 = iadd_pairwise v8, v11
;;     v13 = swiden_low v12
;;     v14 = swiden_high v12
;;     v15 = iadd_pairwise v13, v14
;;     v16 = iadd v15, v5
;;     v17 = bitcast.i8x16 little v16
;;     return v17
;; }
