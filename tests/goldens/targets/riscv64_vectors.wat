;; The runtime does not support vectors on riscv64. Functions pass them to each other as two i64,
;; and the types in the file say so.
;;! opt-level = 2
;;! show = "clif"
;;! target = "riscv64"
;;! cpu-features = "+v"

(module (memory 1)
  (func $f (param i32 v128) (result v128) (i32x4.add (local.get 1) (i32x4.splat (local.get 0))))
  (func (export "g") (param i32)
    (v128.store (local.get 0) (call $f (local.get 0) (v128.load (local.get 0))))))

;; function(0) "f"
;; function u0:0(i64, i32, i64, i64) -> i64, i64 system_v {
;; block0(v0: i64, v1: i32, v2: i64, v3: i64):
;;     v4 = scalar_to_vector.i64x2 v2
;;     v5 = insertlane v4, v3, 1
;;     v6 = bitcast.i8x16 little v5
;;     v8 = splat.i32x4 v1
;;     v9 = bitcast.i32x4 little v6
;;     v10 = iadd v9, v8
;;     v11 = bitcast.i8x16 little v10
;;     v12 = bitcast.i64x2 little v11
;;     v13 = extractlane v12, 0
;;     v14 = extractlane v12, 1
;;     return v13, v14
;; }
;;
;; function(1) "g"
;; function u0:1(i64, i32) system_v {
;;     region0 = 0 "linear memory"
;;     sig0 = (i64, i32, i64, i64) -> i64, i64 system_v
;;     fn0 = colocated u0:0 sig0 ; function(0)
;;
;; block0(v0: i64, v1: i32):
;;     v2 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = load.i64 notrap aligned readonly can_move v2+376
;;     v4 = uextend.i64 v1
;;     v5 = iadd v3, v4
;;     v6 = load.i8x16 region0 v5
;;     v7 = bitcast.i64x2 little v6
;;     v8 = extractlane v7, 0
;;     v9 = extractlane v7, 1
;;     v10, v11 = call fn0(v0, v1, v8, v9)
;;     v12 = scalar_to_vector.i64x2 v10
;;     v13 = insertlane v12, v11, 1
;;     v14 = bitcast.i8x16 little v13
;;     store region0 v14, v5
;;     return
;; }
