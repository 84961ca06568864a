;; The runtime takes a vector as four cells of 4 bytes, and returns one in the same place.
;;! show = "clif"
;;! functions = ["import_thunk(0)"]

(module
  (import "env" "f" (func $f (param i32 v128) (result v128)))
  (func (export "g") (param v128) (result v128) (call $f (i32.const 1) (local.get 0))))

;; import_thunk(0)
;; function u2:0(i64, i32, i8x16, i32) -> i8x16 system_v {
;;     ss0 = explicit_slot 20, align = 16
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32 sext, i32 sext, i64) -> i8 system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u4:2 sig0 ; aot_invoke_native
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
;;
;; block0(v0: i64, v1: i32, v2: i8x16, v3: i32):
;;     v4 = get_stack_pointer.i64
;;     v5 = load.i64 notrap region0 v0+32
;;     v6 = iconst.i64 0x4000
;;     v7 = iadd v5, v6  ; v6 = 0x4000
;;     v8 = icmp ult v4, v7
;;     brif v8, block1, block2
;;
;; block2:
;;     v9 = stack_addr.i64 ss0
;;     store.i32 notrap v1, v9
;;     store.i8x16 notrap v2, v9+4
;;     v10 = iconst.i32 5
;;     v11 = stack_addr.i64 ss0
;;     v12 = call fn0(v0, v3, v10, v11)  ; v10 = 5
;;     v13 = load.i8x16 notrap v11
;;     return v13
;;
;; block1 cold:
;;     call fn1(v0)
;;     trap user1
;; }
