let row_height = 20
let margin_left = 190
let margin_right = 40
let margin_top = 64
let margin_bottom = 20
let plot_width = 720
let width = margin_left + plot_width + margin_right

(* The ends of the axis; what lies outside is drawn at the end, with its ratio beside it. *)
let least = 0.03125
let most = 32.0
let ticks = [ 0.03125; 0.0625; 0.125; 0.25; 0.5; 1.0; 2.0; 4.0; 8.0; 16.0; 32.0 ]

let x_of_ratio ratio =
  let position = log (ratio /. least) /. log (most /. least) in
  float margin_left +. (Float.max 0.0 (Float.min 1.0 position) *. float plot_width)

let colours =
  [ "#8c8c8c"; "#404040"; "#e08a00"; "#3a86c8"; "#c0392b"; "#2e8b57"; "#8e44ad" ]

let colour i = List.nth colours (i mod List.length colours)

let text ?(anchor = "start") ?(fill = "#222") x y s =
  Printf.sprintf "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\">%s</text>\n" x
    y anchor fill s

let line ?(stroke = "#ddd") ?(w = 1.0) x1 y1 x2 y2 =
  Printf.sprintf
    "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" \
     stroke-width=\"%.1f\"/>\n"
    x1 y1 x2 y2 stroke w

let dot i impl x y =
  let r = if impl = Implementations.ours then 5.5 else 4.0 in
  Printf.sprintf "<circle cx=\"%.1f\" cy=\"%d\" r=\"%.1f\" fill=\"%s\"/>\n" x y r
    (colour i)

let svg results =
  let impls = Implementations.all in
  let rows = List.filter (fun row -> Results.machine results row <> None) Rows.all in
  let bottom = margin_top + (row_height * List.length rows) in
  let height = bottom + margin_bottom in
  let b = Buffer.create 16384 in
  let add = Buffer.add_string b in
  add
    (Printf.sprintf
       "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 \
        0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">\n\
        <rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
       width height width height);
  add
    (text (float margin_left) 18 ~fill:"#555"
       "time of a call as a ratio to C (left is faster; the bar is Bactrian's target, \
        the grey one that of its C API)");
  List.iteri
    (fun i impl ->
      let x = margin_left + (i * 130) in
      add (dot i impl (float x +. 6.0) 34);
      add (text (float x +. 16.0) 38 impl))
    impls;
  List.iter
    (fun tick ->
      let x = x_of_ratio tick in
      let stroke = if tick = 1.0 then "#999" else "#ddd" in
      add (line ~stroke x (float margin_top) x (float bottom));
      add
        (text ~anchor:"middle" ~fill:"#777" x (margin_top - 6) (Printf.sprintf "%g" tick)))
    ticks;
  List.iteri
    (fun i (row : Rows.t) ->
      let y = margin_top + (i * row_height) + (row_height / 2) in
      let label =
        match row.base with
        | Column "C" -> row.name
        | Column other | Row other -> Printf.sprintf "%s (to %s)" row.name other
      in
      add
        (line (float margin_left) (float y)
           (float (margin_left + plot_width))
           (float y) ~w:0.5);
      add (text ~anchor:"end" (float margin_left -. 10.0) (y + 4) label);
      List.iter
        (fun (target : Rows.target) ->
          (* The target as a ratio to what the row is compared with. *)
          let of_base =
            match target.of_ with
            | of_ when of_ = row.base -> Some 1.0
            | Column other -> Results.ratio results row other ~to_:row.base
            | Row _ -> None
          in
          match of_base with
          | Some ratio ->
              let x = x_of_ratio (target.at_most *. ratio) in
              let stroke = if target.who = Rows.ours then "#111" else "#aaa" in
              add (line ~stroke ~w:2.0 x (float y -. 8.0) x (float y +. 8.0))
          | None -> ())
        (List.rev row.targets);
      List.iteri
        (fun i impl ->
          match Results.ratio results row impl ~to_:row.base with
          | None -> ()
          | Some ratio ->
              let x = x_of_ratio ratio in
              add (dot i impl x y);
              if ratio > most || ratio < least then
                add
                  (text (x +. 8.0) (y + 4) ~fill:(colour i) (Printf.sprintf "%.2g" ratio)))
        impls)
    rows;
  add "</svg>\n";
  Buffer.contents b
