;; In software mode, the helpers for table ranges return after an exception, which is tested for.
;; table.grow raises none: it returns -1.
;;! show = "clif"
;;! bounds-checks = 1

(module
  (table $a 2 funcref)
  (func (export "copy") (param $to i32) (param $from i32) (param $length i32)
    (table.copy $a $a (local.get $to) (local.get $from) (local.get $length)))
  (func (export "grow") (param $delta i32) (result i32)
    (table.grow $a (ref.null func) (local.get $delta))))

;; function(0) "copy"
;; function u0:0(i64, i32, i32, i32) system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32 sext, i32 sext, i32 sext, i32 sext, i32 sext) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u4:30 sig0 ; aot_table_copy
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
;;
;; block0(v0: i64, v1: i32, v2: i32, v3: i32):
;;     v11 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = get_stack_pointer.i64
;;     v5 = load.i64 notrap region0 v0+32
;;     v6 = iconst.i64 0x4000
;;     v7 = iadd v5, v6  ; v6 = 0x4000
;;     v8 = icmp ult v4, v7
;;     brif v8, block1, block2
;;
;; block2:
;;     v9 = iconst.i32 0
;;     v10 = iconst.i32 0
;;     call fn0(v11, v9, v10, v3, v2, v1)  ; v9 = 0, v10 = 0
;;     v12 = load.i8 notrap region0 v11+104
;;     brif v12, block4, block5
;;
;; block5:
;;     return
;;
;; block1 cold:
;;     call fn1(v0)
;;     return
;;
;; block4 cold:
;;     return
;; }
;;
;; function(1) "grow"
;; function u0:1(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32 sext, i32 sext, i64) -> i32 system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u4:32 sig0 ; aot_table_grow
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
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
;;     v8 = iconst.i32 -1
;;     v9 = uextend.i64 v8  ; v8 = -1
;;     v10 = iconst.i32 0
;;     v12 = call fn0(v11, v10, v1, v9)  ; v10 = 0
;;     return v12
;;
;; block1 cold:
;;     call fn1(v0)
;;     v13 = iconst.i32 0
;;     return v13  ; v13 = 0
;; }
