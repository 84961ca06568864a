;; In software mode, a trap returns: after every call, of a defined or an imported function, the
;; first byte of the pending exception (at 104) is tested, and the function returns if there is one.
;;! opt-level = 2
;;! show = "clif"
;;! bounds-checks = 1

(module
  (import "env" "log" (func $log (param i32)))
  (func $own (param i32) (result i32) (local.get 0))
  (func (export "f") (param i32) (result i32)
    (call $log (local.get 0))
    (call $own (local.get 0))
    (call $own)))

;; function(1) "own"
;; function u0:1(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
;;
;; block0(v0: i64, v1: i32):
;;     v2 = get_stack_pointer.i64
;;     v3 = load.i64 notrap region0 v0+32
;;     v4 = iconst.i64 0x4000
;;     v5 = iadd v3, v4  ; v4 = 0x4000
;;     v6 = icmp ult v2, v5
;;     brif v6, block1, block2
;;
;; block2:
;;     return v1
;;
;; block1 cold:
;;     call fn0(v0)
;;     v8 = iconst.i32 0
;;     return v8  ; v8 = 0
;; }
;;
;; function(2) "f"
;; function u0:2(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32, i32) system_v
;;     sig1 = (i64, i32) -> i32 system_v
;;     sig2 = (i64) system_v
;;     fn0 = colocated u2:0 sig0 ; import_thunk(0)
;;     fn1 = colocated u0:1 sig1 ; function(1)
;;     fn2 = colocated u3:11 sig2 ; trap_thunk(NativeStackOverflow)
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
;;     v8 = iconst.i32 0
;;     call fn0(v0, v1, v8)  ; v8 = 0
;;     v10 = load.i8 notrap region0 v9+104
;;     brif v10, block4, block5
;;
;; block5:
;;     v11 = call fn1(v0, v1)
;;     v12 = load.i8 notrap region0 v9+104
;;     brif v12, block4, block6
;;
;; block6:
;;     v13 = call fn1(v0, v11)
;;     v14 = load.i8 notrap region0 v9+104
;;     brif v14, block4, block7
;;
;; block7:
;;     return v13
;;
;; block1 cold:
;;     call fn2(v0)
;;     v15 = iconst.i32 0
;;     return v15  ; v15 = 0
;;
;; block4 cold:
;;     v16 = iconst.i32 0
;;     return v16  ; v16 = 0
;; }
