;; Operators on ranges of tables call the runtime's helpers, whose parameters have their own order:
;; init (table, segment, length, source, destination), copy (source table, destination table,
;; length, source, destination), fill (table, length, value, start).
;;! show = "clif"

(module
  (table $a 2 funcref)
  (table $b 2 funcref)
  (func $f)
  (elem $e func $f)
  (func (export "init") (param $to i32) (param $from i32) (param $length i32)
    (table.init $b $e (local.get $to) (local.get $from) (local.get $length))
    (elem.drop $e))
  (func (export "copy") (param $to i32) (param $from i32) (param $length i32)
    (table.copy $b $a (local.get $to) (local.get $from) (local.get $length)))
  (func (export "fill") (param $start i32) (param $length i32)
    (table.fill $b (local.get $start) (ref.func $f) (local.get $length)))
  (func (export "grow") (param $delta i32) (result i32)
    (table.grow $b (ref.null func) (local.get $delta))))

;; function(0) "f"
;; function u0:0(i64) system_v {
;; block0(v0: i64):
;;     return
;; }
;;
;; function(1) "init"
;; function u0:1(i64, i32, i32, i32) system_v {
;;     sig0 = (i64, i32 sext, i32 sext, i32 sext, i32 sext, i32 sext) system_v
;;     sig1 = (i64, i32 sext) system_v
;;     fn0 = colocated u4:29 sig0 ; aot_table_init
;;     fn1 = colocated u4:28 sig1 ; aot_drop_table_seg
;;
;; block0(v0: i64, v1: i32, v2: i32, v3: i32):
;;     v6 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = iconst.i32 1
;;     v5 = iconst.i32 0
;;     v7 = get_stack_pointer.i64
;;     v8 = load.i8 v7-4096
;;     v9 = load.i8 v7-8192
;;     v10 = load.i8 v7-0x3000
;;     v11 = load.i8 v7-0x4000
;;     call fn0(v6, v4, v5, v3, v2, v1)  ; v4 = 1, v5 = 0
;;     v12 = iconst.i32 0
;;     v13 = get_stack_pointer.i64
;;     v14 = load.i8 v13-4096
;;     v15 = load.i8 v13-8192
;;     v16 = load.i8 v13-0x3000
;;     v17 = load.i8 v13-0x4000
;;     call fn1(v6, v12)  ; v12 = 0
;;     return
;; }
;;
;; function(2) "copy"
;; function u0:2(i64, i32, i32, i32) system_v {
;;     sig0 = (i64, i32 sext, i32 sext, i32 sext, i32 sext, i32 sext) system_v
;;     fn0 = colocated u4:30 sig0 ; aot_table_copy
;;
;; block0(v0: i64, v1: i32, v2: i32, v3: i32):
;;     v6 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = iconst.i32 0
;;     v5 = iconst.i32 1
;;     v7 = get_stack_pointer.i64
;;     v8 = load.i8 v7-4096
;;     v9 = load.i8 v7-8192
;;     v10 = load.i8 v7-0x3000
;;     v11 = load.i8 v7-0x4000
;;     call fn0(v6, v4, v5, v3, v2, v1)  ; v4 = 0, v5 = 1
;;     return
;; }
;;
;; function(3) "fill"
;; function u0:3(i64, i32, i32) system_v {
;;     sig0 = (i64, i32 sext, i32 sext, i64, i32 sext) system_v
;;     fn0 = colocated u4:31 sig0 ; aot_table_fill
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v6 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = iconst.i32 0
;;     v4 = uextend.i64 v3  ; v3 = 0
;;     v5 = iconst.i32 1
;;     v7 = get_stack_pointer.i64
;;     v8 = load.i8 v7-4096
;;     v9 = load.i8 v7-8192
;;     v10 = load.i8 v7-0x3000
;;     v11 = load.i8 v7-0x4000
;;     call fn0(v6, v5, v2, v4, v1)  ; v5 = 1
;;     return
;; }
;;
;; function(4) "grow"
;; function u0:4(i64, i32) -> i32 system_v {
;;     sig0 = (i64, i32 sext, i32 sext, i64) -> i32 system_v
;;     fn0 = colocated u4:32 sig0 ; aot_table_grow
;;
;; block0(v0: i64, v1: i32):
;;     v6 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = iconst.i32 -1
;;     v4 = uextend.i64 v3  ; v3 = -1
;;     v5 = iconst.i32 1
;;     v7 = get_stack_pointer.i64
;;     v8 = load.i8 v7-4096
;;     v9 = load.i8 v7-8192
;;     v10 = load.i8 v7-0x3000
;;     v11 = load.i8 v7-0x4000
;;     v12 = call fn0(v6, v5, v1, v4)  ; v5 = 1
;;     return v12
;; }
