;; A vector that does not fit into a register is passed as two floats, since the runtime stores it
;; in two stack slots without the alignment of the C convention. The first eight floats and vectors
;; are in registers.
;;! opt-level = 2
;;! show = "clif"

(module
  (func $f (export "f") (param f64 v128 v128 v128 v128 v128 v128 v128 i64 v128) (result v128)
    (local.get 9))
  (func (export "g") (param v128) (result v128)
    (call $f (f64.const 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
      (local.get 0) (local.get 0) (i64.const 1) (local.get 0))))

;; function(0) "f"
;; function u0:0(i64, f64, i8x16, i8x16, i8x16, i8x16, i8x16, i8x16, i8x16, i64, f64, f64) -> i8x16 system_v {
;; block0(v0: i64, v1: f64, v2: i8x16, v3: i8x16, v4: i8x16, v5: i8x16, v6: i8x16, v7: i8x16, v8: i8x16, v9: i64, v10: f64, v11: f64):
;;     v12 = scalar_to_vector.f64x2 v10
;;     v13 = insertlane v12, v11, 1
;;     v14 = bitcast.i8x16 little v13
;;     return v14
;; }
;;
;; function(1) "g"
;; function u0:1(i64, i8x16) -> i8x16 system_v {
;;     sig0 = (i64, f64, i8x16, i8x16, i8x16, i8x16, i8x16, i8x16, i8x16, i64, f64, f64) -> i8x16 system_v
;;     fn0 = colocated u0:0 sig0 ; function(0)
;;
;; block0(v0: i64, v1: i8x16):
;;     v3 = f64const 0.0
;;     v4 = iconst.i64 1
;;     v5 = bitcast.f64x2 little v1
;;     v6 = extractlane v5, 0
;;     v7 = extractlane v5, 1
;;     v8 = call fn0(v0, v3, v1, v1, v1, v1, v1, v1, v1, v4, v6, v7)  ; v3 = 0.0, v4 = 1
;;     return v8
;; }
