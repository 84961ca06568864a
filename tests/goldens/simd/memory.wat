;; Vectors need no alignment. Widening, splatting and single lanes are accesses of their own width,
;; which may fault as those of scalars do.
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
;;     v9 = uextend.i64 v1
;;     v10 = iadd v5, v9
;;     v11 = extractlane v8, 3
;;     store region0 v11, v10+2
;;     v12 = uextend.i64 v1
;;     v13 = iadd v5, v12
;;     v14 = uload8x8 region0 v13
;;     v15 = uextend.i64 v1
;;     v16 = iadd v5, v15
;;     v17 = load.i32 region0 v16
;;     v18 = splat.i32x4 v17
;;     v19 = uextend.i64 v1
;;     v20 = iadd v5, v19
;;     v21 = load.i64 region0 v20
;;     v22 = scalar_to_vector.i64x2 v21
;;     v23 = uextend.i64 v1
;;     v24 = iadd v5, v23
;;     v25 = load.i8 region0 v24
;;     v26 = insertlane v2, v25, 15
;;     v27 = bitcast.i16x8 little v26
;;     v28 = bitcast.i16x8 little v22
;;     v29 = iadd v28, v27
;;     v30 = bitcast.i32x4 little v29
;;     v31 = iadd v18, v30
;;     v32 = bitcast.i64x2 little v31
;;     v33 = bitcast.i64x2 little v14
;;     v34 = iadd v33, v32
;;     v35 = bitcast.i8x16 little v34
;;     return v35
;; }
