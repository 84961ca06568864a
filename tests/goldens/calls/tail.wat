;; In a module with tail calls, functions use a convention in which callees remove their arguments.
;; The runtime calls $f through an entry with the C convention. It cannot reach $g, which therefore
;; has no entry.
;;! show = "clif"
;;! bounds-checks = 1
;;! functions = ["function(1)", "function(2)", "entry(1)", "entry(2)"]

(module
  (import "env" "log" (func $log (param i32)))
  (func $f (export "f") (param i32)
    (if (local.get 0) (then (return_call $log (local.get 0))))
    (call $g (local.get 0))
    (return_call $g (local.get 0)))
  (func $g (param i32) (return_call $f (i32.const 1))))

;; function(1) "f"
;; function u0:1(i64, i32) tail {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32, i32) system_v
;;     sig1 = (i64, i32) tail
;;     sig2 = (i64) system_v
;;     fn0 = colocated u2:0 sig0 ; import_thunk(0)
;;     fn1 = colocated u0:2 sig1 ; function(2)
;;     fn2 = colocated u3:11 sig2 ; trap_thunk(NativeStackOverflow)
;;
;; block0(v0: i64, v1: i32):
;;     v8 = load.i64 notrap aligned readonly can_move v0+16
;;     v2 = get_stack_pointer.i64
;;     v3 = load.i64 notrap region0 v0+32
;;     v4 = iconst.i64 0x4000
;;     v5 = iadd v3, v4  ; v4 = 0x4000
;;     v6 = icmp ult v2, v5
;;     brif v6, block1, block2
;;
;; block2:
;;     brif.i32 v1, block4, block5
;;
;; block4:
;;     v7 = iconst.i32 0
;;     call fn0(v0, v1, v7)  ; v7 = 0
;;     return
;;
;; block5:
;;     call fn1(v0, v1)
;;     v9 = load.i8 notrap region0 v8+104
;;     brif v9, block6, block7
;;
;; block7:
;;     return_call fn1(v0, v1)
;;
;; block1 cold:
;;     call fn2(v0)
;;     return
;;
;; block6 cold:
;;     return
;; }
;;
;; entry(1)
;; function u6:1(i64, i32) system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32) tail
;;     sig1 = (i64) system_v
;;     fn0 = colocated u0:1 sig0 ; function(1)
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
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
;;     call fn0(v0, v1)
;;     return
;;
;; block1 cold:
;;     call fn1(v0)
;;     return
;; }
;;
;; function(2) "g"
;; function u0:2(i64, i32) tail {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32) tail
;;     sig1 = (i64) system_v
;;     fn0 = colocated u0:1 sig0 ; function(1)
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
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
;;     v7 = iconst.i32 1
;;     return_call fn0(v0, v7)  ; v7 = 1
;;
;; block1 cold:
;;     call fn1(v0)
;;     return
;; }
