;; The guard function of a function with a large frame is called by the runtime, too.
;;! opt-level = 2
;;! target = "riscv64"
;;! bounds-checks = 1
;;! show = "clif"
;;! functions = ["function(1)"]

(module
  (func $many (result
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (unreachable))
  (func (export "f") (param f32) (result i64)
    (call $many)
    (return)))

;; function(1) "f"
;; function u0:1(i64, f32) -> i64 system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64, f32) -> i64 system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u1:1 sig0 ; body(1)
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
;;
;; block0(v0: i64, v1: f32):
;;     v2 = bitcast.i32 v1
;;     v3 = bitcast.f32 v2
;;     v4 = get_stack_pointer.i64
;;     v5 = load.i64 notrap region0 v0+32
;;     v6 = iconst.i64 0x5aa0
;;     v7 = iadd v5, v6  ; v6 = 0x5aa0
;;     v8 = icmp ult v4, v7
;;     brif v8, block1, block2
;;
;; block2:
;;     v9 = call fn0(v0, v3)
;;     return v9
;;
;; block1 cold:
;;     call fn1(v0)
;;     v10 = iconst.i64 0
;;     return v10  ; v10 = 0
;; }
