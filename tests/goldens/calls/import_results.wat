;; An import with several results takes pointers for all results except the first. They follow the
;; cells of the parameters, and are not counted among them.
;;! show = "clif"
;;! functions = ["function(1)", "import_thunk(0)"]

(module
  (import "env" "f" (func $f (param i32) (result i32 i64)))
  (func (export "g") (result i64)
    (local $second i64)
    (call $f (i32.const 7))
    (local.set $second)
    (drop)
    (local.get $second)))

;; function(1) "g"
;; function u0:1(i64) -> i64 system_v {
;;     ss0 = explicit_slot 8, align = 16
;;     sig0 = (i64, i32, i64, i32) -> i32 system_v
;;     fn0 = colocated u2:0 sig0 ; import_thunk(0)
;;
;; block0(v0: i64):
;;     v1 = iconst.i64 0
;;     v3 = iconst.i32 7
;;     v4 = stack_addr.i64 ss0
;;     v5 = iconst.i32 0
;;     v6 = call fn0(v0, v3, v4, v5)  ; v3 = 7, v5 = 0
;;     v7 = stack_addr.i64 ss0
;;     v8 = load.i64 notrap v7
;;     return v8
;; }
;;
;; import_thunk(0)
;; function u2:0(i64, i32, i64, i32) -> i32 system_v {
;;     ss0 = explicit_slot 12, align = 16
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32 sext, i32 sext, i64) -> i8 system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u4:2 sig0 ; aot_invoke_native
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
;;
;; block0(v0: i64, v1: i32, v2: i64, v3: i32):
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
;;     store.i64 notrap v2, v9+4
;;     v10 = iconst.i32 1
;;     v11 = stack_addr.i64 ss0
;;     v12 = call fn0(v0, v3, v10, v11)  ; v10 = 1
;;     v13 = load.i32 notrap v11
;;     return v13
;;
;; block1 cold:
;;     call fn1(v0)
;;     trap user1
;; }
