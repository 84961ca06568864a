;; br_table is a jump table. Its targets take the operands as block parameters.
;;! opt-level = 2
;;! show = "clif"

(module
  (func (export "f") (param i32) (result i32)
    (block $outer (result i32)
      (block $inner (result i32)
        (br_table $outer $inner $outer (i32.const 7) (local.get 0)))
      (i32.add (i32.const 1)))))

;; function(0) "f"
;; function u0:0(i64, i32) -> i32 system_v {
;; block0(v0: i64, v1: i32):
;;     v5 = iconst.i32 7
;;     br_table v1, block2(v5), [block2(v5), block3(v5)]  ; v5 = 7, v5 = 7, v5 = 7
;;
;; block3(v4: i32):
;;     v6 = iconst.i32 1
;;     v7 = iadd v4, v6  ; v6 = 1
;;     jump block2(v7)
;;
;; block2(v3: i32):
;;     return v3
;; }
