;; The thunk for a type of imports stores the arguments in the runtime's format, cells of 4 bytes
;; without padding, and calls aot_invoke_native with their number. The function index is the last
;; parameter, so one thunk serves all imports of the type, and the result replaces the arguments.
;; The thunk checks the stack limit even if there are guard pages, so that code of the runtime does
;; not fault there.
;;! show = "clif"
;;! functions = ["function(2)", "import_thunk(0)"]

(module
  (import "env" "f" (func $f (param i32 i64 f32 f64) (result i64)))
  (import "env" "g" (func $g (param i32 i64 f32 f64) (result i64)))
  (func (export "h") (result i64)
    (drop (call $f (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4)))
    (call $g (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4))))

;; function(2) "h"
;; function u0:2(i64) -> i64 system_v {
;;     sig0 = (i64, i32, i64, f32, f64, i32) -> i64 system_v
;;     fn0 = colocated u2:0 sig0 ; import_thunk(0)
;;
;; block0(v0: i64):
;;     v2 = iconst.i32 1
;;     v3 = iconst.i64 2
;;     v4 = f32const 0x1.800000p1
;;     v5 = f64const 0x1.0000000000000p2
;;     v6 = iconst.i32 0
;;     v7 = call fn0(v0, v2, v3, v4, v5, v6)  ; v2 = 1, v3 = 2, v4 = 0x1.800000p1, v5 = 0x1.0000000000000p2, v6 = 0
;;     v8 = iconst.i32 1
;;     v9 = iconst.i64 2
;;     v10 = f32const 0x1.800000p1
;;     v11 = f64const 0x1.0000000000000p2
;;     v12 = iconst.i32 1
;;     v13 = call fn0(v0, v8, v9, v10, v11, v12)  ; v8 = 1, v9 = 2, v10 = 0x1.800000p1, v11 = 0x1.0000000000000p2, v12 = 1
;;     return v13
;; }
;;
;; import_thunk(0)
;; function u2:0(i64, i32, i64, f32, f64, i32) -> i64 system_v {
;;     ss0 = explicit_slot 24, align = 16
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32 sext, i32 sext, i64) -> i8 system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u4:2 sig0 ; aot_invoke_native
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
;;
;; block0(v0: i64, v1: i32, v2: i64, v3: f32, v4: f64, v5: i32):
;;     v6 = get_stack_pointer.i64
;;     v7 = load.i64 notrap region0 v0+32
;;     v8 = iconst.i64 0x4000
;;     v9 = iadd v7, v8  ; v8 = 0x4000
;;     v10 = icmp ult v6, v9
;;     brif v10, block1, block2
;;
;; block2:
;;     v11 = stack_addr.i64 ss0
;;     store.i32 notrap v1, v11
;;     store.i64 notrap v2, v11+4
;;     store.f32 notrap v3, v11+12
;;     store.f64 notrap v4, v11+16
;;     v12 = iconst.i32 6
;;     v13 = stack_addr.i64 ss0
;;     v14 = call fn0(v0, v5, v12, v13)  ; v12 = 6
;;     v15 = load.i64 notrap v13
;;     return v15
;;
;; block1 cold:
;;     call fn1(v0)
;;     trap user1
;; }
