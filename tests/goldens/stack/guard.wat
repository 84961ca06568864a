;; A function with a large frame would write below the limit before it could check it. It becomes
;; the body of a guard function, which checks for the whole frame and then passes control on. The
;; frame has room for 263 results and for 263 pointers to them. The reserve of the module is 4128
;; bytes larger than usual: a guard or thunk could have the 258 arguments that are not in registers
;; on the stack, twice.
;;! opt-level = 2
;;! show = "clif"
;;! bounds-checks = 1
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
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (unreachable))
  (func (export "f") (param i32) (result i64)
    (call $many)
    (return)))

;; function(1) "f"
;; function u0:1(i64, i32) -> i64 system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32) -> i64 system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u1:1 sig0 ; body(1)
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
;;
;; block0(v0: i64, v1: i32):
;;     v2 = get_stack_pointer.i64
;;     v3 = load.i64 notrap region0 v0+32
;;     v4 = iconst.i64 0x6890
;;     v5 = iadd v3, v4  ; v4 = 0x6890
;;     v6 = icmp ult v2, v5
;;     brif v6, block1, block2
;;
;; block2:
;;     v7 = call fn0(v0, v1)
;;     return v7
;;
;; block1 cold:
;;     call fn1(v0)
;;     v8 = iconst.i64 0
;;     return v8  ; v8 = 0
;; }
