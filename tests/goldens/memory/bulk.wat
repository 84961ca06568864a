;; In both modes, bulk operators check their ranges in code, with 64 bits, before anything is
;; written, because the C function that they call must not fault. memory.init sets the exception
;; itself and returns even with hardware bounds checks, so its result is tested and the trap only
;; unwinds the stack.
;;! show = "clif"

(module
  (memory 1)
  (data $d "bytes")
  (func (export "fill") (param i32 i32 i32)
    (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32)
    (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i32 i32 i32)
    (memory.init $d (local.get 0) (local.get 1) (local.get 2))
    (data.drop $d)))

;; function(0) "fill"
;; function u0:0(i64, i32, i32, i32) system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32 sext, i64) -> i64 system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u4:7 sig0 ; memset
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32, v2: i32, v3: i32):
;;     v7 = load.i64 notrap aligned readonly can_move v0+16
;;     v10 = load.i64 notrap aligned readonly can_move v7+376
;;     v4 = uextend.i64 v1
;;     v5 = uextend.i64 v3
;;     v6 = iadd v4, v5
;;     v8 = load.i64 notrap region0 v7+368
;;     v9 = icmp ugt v6, v8
;;     brif v9, block2, block3
;;
;; block3:
;;     v11 = iadd.i64 v10, v4
;;     v12 = call fn0(v11, v2, v5)
;;     return
;;
;; block2 cold:
;;     call fn1(v0)
;;     trap user1
;; }
;;
;; function(1) "copy"
;; function u0:1(i64, i32, i32, i32) system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i64, i64) -> i64 system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u4:8 sig0 ; memmove
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32, v2: i32, v3: i32):
;;     v7 = load.i64 notrap aligned readonly can_move v0+16
;;     v10 = load.i64 notrap aligned readonly can_move v7+376
;;     v4 = uextend.i64 v1
;;     v5 = uextend.i64 v3
;;     v6 = iadd v4, v5
;;     v8 = load.i64 notrap region0 v7+368
;;     v9 = icmp ugt v6, v8
;;     brif v9, block2, block3
;;
;; block3:
;;     v11 = iadd.i64 v10, v4
;;     v12 = uextend.i64 v2
;;     v13 = iadd v12, v5
;;     v14 = load.i64 notrap region0 v7+368
;;     v15 = icmp ugt v13, v14
;;     brif v15, block2, block4
;;
;; block4:
;;     v16 = iadd.i64 v10, v12
;;     v17 = call fn0(v11, v16, v5)
;;     return
;;
;; block2 cold:
;;     call fn1(v0)
;;     trap user1
;; }
;;
;; function(2) "init"
;; function u0:2(i64, i32, i32, i32) system_v {
;;     sig0 = (i64, i32 sext, i32 sext, i32 sext, i64) -> i8 system_v
;;     sig1 = (i64, i32 sext) -> i8 system_v
;;     sig2 = (i64) system_v
;;     fn0 = colocated u4:24 sig0 ; aot_memory_init
;;     fn1 = colocated u4:25 sig1 ; aot_data_drop
;;     fn2 = colocated u3:33 sig2 ; trap_thunk(AlreadyThrown)
;;
;; block0(v0: i64, v1: i32, v2: i32, v3: i32):
;;     v6 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = iconst.i32 0
;;     v5 = uextend.i64 v1
;;     v7 = get_stack_pointer.i64
;;     v8 = load.i8 v7-4096
;;     v9 = load.i8 v7-8192
;;     v10 = load.i8 v7-0x3000
;;     v11 = load.i8 v7-0x4000
;;     v12 = call fn0(v6, v4, v2, v3, v5)  ; v4 = 0
;;     brif v12, block3, block2
;;
;; block3:
;;     v13 = iconst.i32 0
;;     v14 = get_stack_pointer.i64
;;     v15 = load.i8 v14-4096
;;     v16 = load.i8 v14-8192
;;     v17 = load.i8 v14-0x3000
;;     v18 = load.i8 v14-0x4000
;;     v19 = call fn1(v6, v13)  ; v13 = 0
;;     return
;;
;; block2 cold:
;;     call fn2(v0)
;;     trap user1
;; }
