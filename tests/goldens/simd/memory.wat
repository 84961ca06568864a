;; Vectors need no alignment. Widening loads, splats and single lanes access only their own width,
;; and may fault as accesses of scalars do.
;;! show = "clif"

(module (memory 1)
  (func (export "f") (param $at i32) (param $v v128) (result v128)
    (v128.store offset=16 (local.get $at) (local.get $v))
    (v128.store16_lane offset=2 3 (local.get $at) (local.get $v))
    (v128.load8x8_u (local.get $at))
    (v128.load32_splat (local.get $at))
    (v128.load64_zero (local.get $at))
    (v128.load8_lane 15 (local.get $at) (local.get $v))
    (i16x8.add)
    (i32x4.add)
    (i64x2.add)))

;; function(0) "f"
;; function u0:0(i64, i32, i8x16) -> i8x16 system_v {
;;     region0 = 0 "linear memory"
;;
;; block0(v0: i64, v1: i32, v2: i8x16):
;;     v4 = load.i64 notrap aligned readonly can_move v0+16
;;     v5 = load.i64 notrap aligned readonly can_move v4+376
;;     v6 = uextend.i64 v1
;;     v7 = iadd v5, v6
;;     store region0 v2, v7+16
;;     v8 = bitcast.i16x8 little v2
;;     v9 = extractlane v8, 3
;;     store region0 v9, v7+2
;;     v10 = uload8x8 region0 v7
;;     v11 = load.i32 region0 v7
;;     v12 = splat.i32x4 v11
;;     v13 = load.i64 region0 v7
;;     v14 = scalar_to_vector.i64x2 v13
;;     v15 = load.i8 region0 v7
;;     v16 = insertlane v2, v15, 15
;;     v17 = bitcast.i16x8 little v16
;;     v18 = bitcast.i16x8 little v14
;;     v19 = iadd v18, v17
;;     v20 = bitcast.i32x4 little v19
;;     v21 = iadd v12, v20
;;     v22 = bitcast.i64x2 little v21
;;     v23 = bitcast.i64x2 little v10
;;     v24 = iadd v23, v22
;;     v25 = bitcast.i8x16 little v24
;;     return v25
;; }
