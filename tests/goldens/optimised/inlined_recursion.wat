;;! show = "clif"

;; A function that calls itself is inlined into itself, as deep as its size permits, and at most six
;; times; then it is called.

(module
  (func $down (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
    (call $down (i32.sub (local.get 0) (i32.const 1)))))

;; function(0) "down"
;; function u0:0(i64, i32) -> i32 system_v {
;;     sig0 = (i64, i32) -> i32 system_v
;;     fn0 = colocated u0:0 sig0 ; function(0)
;;
;; block0(v0: i64, v1: i32):
;;     v3 = iconst.i32 0
;;     v4 = icmp eq v1, v3  ; v3 = 0
;;     brif v4, block2, block3
;;
;; block2:
;;     v5 = iconst.i32 7
;;     return v5  ; v5 = 7
;;
;; block3:
;;     v6 = iconst.i32 1
;;     v7 = isub.i32 v1, v6  ; v6 = 1
;;     v9 = iconst.i32 0
;;     v10 = icmp eq v7, v9  ; v9 = 0
;;     brif v10, block5, block6
;;
;; block5:
;;     v11 = iconst.i32 7
;;     jump block4(v11)  ; v11 = 7
;;
;; block6:
;;     v12 = iconst.i32 1
;;     v13 = isub.i32 v7, v12  ; v12 = 1
;;     v15 = iconst.i32 0
;;     v16 = icmp eq v13, v15  ; v15 = 0
;;     brif v16, block8, block9
;;
;; block8:
;;     v17 = iconst.i32 7
;;     jump block7(v17)  ; v17 = 7
;;
;; block9:
;;     v18 = iconst.i32 1
;;     v19 = isub.i32 v13, v18  ; v18 = 1
;;     v21 = iconst.i32 0
;;     v22 = icmp eq v19, v21  ; v21 = 0
;;     brif v22, block11, block12
;;
;; block11:
;;     v23 = iconst.i32 7
;;     jump block10(v23)  ; v23 = 7
;;
;; block12:
;;     v24 = iconst.i32 1
;;     v25 = isub.i32 v19, v24  ; v24 = 1
;;     v27 = iconst.i32 0
;;     v28 = icmp eq v25, v27  ; v27 = 0
;;     brif v28, block14, block15
;;
;; block14:
;;     v29 = iconst.i32 7
;;     jump block13(v29)  ; v29 = 7
;;
;; block15:
;;     v30 = iconst.i32 1
;;     v31 = isub.i32 v25, v30  ; v30 = 1
;;     v33 = iconst.i32 0
;;     v34 = icmp eq v31, v33  ; v33 = 0
;;     brif v34, block17, block18
;;
;; block17:
;;     v35 = iconst.i32 7
;;     jump block16(v35)  ; v35 = 7
;;
;; block18:
;;     v36 = iconst.i32 1
;;     v37 = isub.i32 v31, v36  ; v36 = 1
;;     v39 = iconst.i32 0
;;     v40 = icmp eq v37, v39  ; v39 = 0
;;     brif v40, block20, block21
;;
;; block20:
;;     v41 = iconst.i32 7
;;     jump block19(v41)  ; v41 = 7
;;
;; block21:
;;     v42 = iconst.i32 1
;;     v43 = isub.i32 v37, v42  ; v42 = 1
;;     v44 = call fn0(v0, v43)
;;     jump block19(v44)
;;
;; block19(v38: i32):
;;     jump block16(v38)
;;
;; block16(v32: i32):
;;     jump block13(v32)
;;
;; block13(v26: i32):
;;     jump block10(v26)
;;
;; block10(v20: i32):
;;     jump block7(v20)
;;
;; block7(v14: i32):
;;     jump block4(v14)
;;
;; block4(v8: i32):
;;     return v8
;; }
