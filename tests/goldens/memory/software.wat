;; Loads and stores with software bounds checks: the address is compared with the bound for its
;; access size (mem_bound_check_1byte at 424, _2bytes 432, _4bytes 440, _8bytes 448), and the access
;; itself cannot trap. The base is loaded where it is used.
;;! show = "clif"
;;! bounds-checks = 1

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
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32):
;;     v9 = load.i64 notrap aligned readonly can_move v0+16
;;     v2 = get_stack_pointer.i64
;;     v3 = load.i64 notrap region0 v0+32
;;     v4 = iconst.i64 0x4000
;;     v5 = iadd v3, v4  ; v4 = 0x4000
;;     v6 = icmp ult v2, v5
;;     brif v6, block1, block2
;;
;; block2:
;;     v8 = uextend.i64 v1
;;     v10 = load.i64 notrap region0 v9+424
;;     v11 = icmp ugt v8, v10
;;     brif v11, block4, block5
;;
;; block5:
;;     v12 = load.i64 notrap region0 v9+376
;;     v13 = iadd v12, v8
;;     v14 = uload8.i32 notrap region1 v13
;;     return v14
;;
;; block1 cold:
;;     call fn0(v0)
;;     v15 = iconst.i32 0
;;     return v15  ; v15 = 0
;;
;; block4 cold:
;;     call fn1(v0)
;;     v16 = iconst.i32 0
;;     return v16  ; v16 = 0
;; }
;;
;; function(1) "halves"
;; function u0:1(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32):
;;     v11 = load.i64 notrap aligned readonly can_move v0+16
;;     v2 = get_stack_pointer.i64
;;     v3 = load.i64 notrap region0 v0+32
;;     v4 = iconst.i64 0x4000
;;     v5 = iadd v3, v4  ; v4 = 0x4000
;;     v6 = icmp ult v2, v5
;;     brif v6, block1, block2
;;
;; block2:
;;     v8 = uextend.i64 v1
;;     v9 = iconst.i64 6
;;     v10 = iadd v8, v9  ; v9 = 6
;;     v12 = load.i64 notrap region0 v11+432
;;     v13 = icmp ugt v10, v12
;;     brif v13, block4, block5
;;
;; block5:
;;     v14 = load.i64 notrap region0 v11+376
;;     v15 = iadd v14, v8
;;     v16 = uload16.i32 notrap region1 v15+6
;;     return v16
;;
;; block1 cold:
;;     call fn0(v0)
;;     v17 = iconst.i32 0
;;     return v17  ; v17 = 0
;;
;; block4 cold:
;;     call fn1(v0)
;;     v18 = iconst.i32 0
;;     return v18  ; v18 = 0
;; }
;;
;; function(2) "words"
;; function u0:2(i64, i32, i32) system_v {
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v9 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = get_stack_pointer.i64
;;     v4 = load.i64 notrap region0 v0+32
;;     v5 = iconst.i64 0x4000
;;     v6 = iadd v4, v5  ; v5 = 0x4000
;;     v7 = icmp ult v3, v6
;;     brif v7, block1, block2
;;
;; block2:
;;     v8 = uextend.i64 v1
;;     v10 = load.i64 notrap region0 v9+440
;;     v11 = icmp ugt v8, v10
;;     brif v11, block4, block5
;;
;; block5:
;;     v12 = load.i64 notrap region0 v9+376
;;     v13 = iadd v12, v8
;;     store.i32 notrap region1 v2, v13
;;     return
;;
;; block1 cold:
;;     call fn0(v0)
;;     return
;;
;; block4 cold:
;;     call fn1(v0)
;;     return
;; }
;;
;; function(3) "doubles"
;; function u0:3(i64, i32, i64) system_v {
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32, v2: i64):
;;     v9 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = get_stack_pointer.i64
;;     v4 = load.i64 notrap region0 v0+32
;;     v5 = iconst.i64 0x4000
;;     v6 = iadd v4, v5  ; v5 = 0x4000
;;     v7 = icmp ult v3, v6
;;     brif v7, block1, block2
;;
;; block2:
;;     v8 = uextend.i64 v1
;;     v10 = load.i64 notrap region0 v9+448
;;     v11 = icmp ugt v8, v10
;;     brif v11, block4, block5
;;
;; block5:
;;     v12 = load.i64 notrap region0 v9+376
;;     v13 = iadd v12, v8
;;     store.i64 notrap region1 v2, v13
;;     return
;;
;; block1 cold:
;;     call fn0(v0)
;;     return
;;
;; block4 cold:
;;     call fn1(v0)
;;     return
;; }
