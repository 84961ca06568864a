;; Loads and stores with software bounds checks: the address is compared with the bound for its
;; access size (mem_bound_check_1byte at 424, _2bytes 432, _4bytes 440, _8bytes 448), and the access
;; itself cannot trap. The base is loaded where it is used.
;;! show = "clif"
;;! bounds-checks = 1
;;! stack-bounds-checks = 0

(module
  (memory 1)
  (func (export "bytes") (param i32) (result i32)
    (i32.load8_u (local.get 0)))
  (func (export "halves") (param i32) (result i32)
    (i32.load16_u offset=6 (local.get 0)))
  (func (export "words") (param i32 i32)
    (i32.store (local.get 0) (local.get 1)))
  (func (export "doubles") (param i32 i64)
    (i64.store (local.get 0) (local.get 1))))

;; function(0) "bytes"
;; function u0:0(i64, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;     region1 = 1 "instance"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:2 sig0 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32):
;;     v4 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = uextend.i64 v1
;;     v5 = load.i64 notrap region1 v4+424
;;     v6 = icmp ugt v3, v5
;;     brif v6, block2, block3
;;
;; block3:
;;     v7 = load.i64 notrap region1 v4+376
;;     v8 = iadd v7, v3
;;     v9 = uload8.i32 notrap region0 v8
;;     return v9
;;
;; block2 cold:
;;     call fn0(v0)
;;     v10 = iconst.i32 0
;;     return v10  ; v10 = 0
;; }
;;
;; function(1) "halves"
;; function u0:1(i64, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;     region1 = 1 "instance"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:2 sig0 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32):
;;     v6 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = uextend.i64 v1
;;     v4 = iconst.i64 6
;;     v5 = iadd v3, v4  ; v4 = 6
;;     v7 = load.i64 notrap region1 v6+432
;;     v8 = icmp ugt v5, v7
;;     brif v8, block2, block3
;;
;; block3:
;;     v9 = load.i64 notrap region1 v6+376
;;     v10 = iadd v9, v3
;;     v11 = uload16.i32 notrap region0 v10+6
;;     return v11
;;
;; block2 cold:
;;     call fn0(v0)
;;     v12 = iconst.i32 0
;;     return v12  ; v12 = 0
;; }
;;
;; function(2) "words"
;; function u0:2(i64, i32, i32) system_v {
;;     region0 = 0 "linear memory"
;;     region1 = 1 "instance"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:2 sig0 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v4 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = uextend.i64 v1
;;     v5 = load.i64 notrap region1 v4+440
;;     v6 = icmp ugt v3, v5
;;     brif v6, block2, block3
;;
;; block3:
;;     v7 = load.i64 notrap region1 v4+376
;;     v8 = iadd v7, v3
;;     store.i32 notrap region0 v2, v8
;;     return
;;
;; block2 cold:
;;     call fn0(v0)
;;     return
;; }
;;
;; function(3) "doubles"
;; function u0:3(i64, i32, i64) system_v {
;;     region0 = 0 "linear memory"
;;     region1 = 1 "instance"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:2 sig0 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32, v2: i64):
;;     v4 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = uextend.i64 v1
;;     v5 = load.i64 notrap region1 v4+448
;;     v6 = icmp ugt v3, v5
;;     brif v6, block2, block3
;;
;; block3:
;;     v7 = load.i64 notrap region1 v4+376
;;     v8 = iadd v7, v3
;;     store.i64 notrap region0 v2, v8
;;     return
;;
;; block2 cold:
;;     call fn0(v0)
;;     return
;; }
