;; Loads and stores with hardware bounds checks: no comparison and no size. The base is loaded once,
;; in the entry block, and the static offset is a displacement.
;;! show = "clif"

(module
  (memory 1)
  (func (export "copy") (param $from i32) (param $to i32)
    (i32.store offset=8 (local.get $to) (i32.load (local.get $from)))
    (i64.store offset=16 (local.get $to) (i64.load offset=4 (local.get $from)))
    (i32.store8 (local.get $to) (i32.load16_s offset=1 (local.get $from)))))

;; function(0) "copy"
;; function u0:0(i64, i32, i32) system_v {
;;     region0 = 0 "linear memory"
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v3 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = load.i64 notrap aligned readonly can_move v3+376
;;     v5 = uextend.i64 v1
;;     v6 = iadd v4, v5
;;     v7 = load.i32 region0 v6
;;     v8 = uextend.i64 v2
;;     v9 = iadd v4, v8
;;     store region0 v7, v9+8
;;     v10 = load.i64 region0 v6+4
;;     store region0 v10, v9+16
;;     v11 = sload16.i32 region0 v6+1
;;     istore8 region0 v11, v9
;;     return
;; }
