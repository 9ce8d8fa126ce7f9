external descriptor : unit -> int = "bactrian_lwt_engine_descriptor"
external watch : int -> bool -> int = "bactrian_lwt_engine_watch"
external timer : float -> int = "bactrian_lwt_engine_timer"
external again : int -> float -> unit = "bactrian_lwt_engine_again"
external stop : int -> unit = "bactrian_lwt_engine_stop"
external poll : bool -> int list = "bactrian_lwt_engine_poll"
external turn : unit -> bool = "bactrian_lwt_turn"

type Lwt_engine.engine_id += Bactrian
type wait = { callback : unit -> unit; delay : float;  (** of a timer *) repeats : bool }

class t : Lwt_engine.t =
  object (self)
    inherit Lwt_engine.abstract
    val waits : (int, wait) Hashtbl.t = Hashtbl.create 64
    (* Those that are registered, by their numbers. *)

    val over : int Queue.t = Queue.create ()
    (* What the reactor has reported and was not called back yet: a callback may raise. *)

    val reactor = descriptor ()
    method id = Bactrian

    method private add number wait =
      Hashtbl.replace waits number wait;
      lazy
        (Hashtbl.remove waits number;
         stop number)

    (* Rust's functions need no callback here: [iter] gives them their turn. The reactor does not wait for itself. *)
    method private register write fd callback =
      let fd = Descriptor.to_int fd in
      if fd = reactor then lazy ()
      else self#add (watch fd write) { callback; delay = 0.; repeats = true }

    method private register_readable = self#register false
    method private register_writable = self#register true

    method private register_timer delay repeats callback =
      self#add (timer delay) { callback; delay; repeats }

    method private call number =
      match Hashtbl.find_opt waits number with
      | None -> ()
      | Some wait ->
          Fun.protect wait.callback ~finally:(fun () ->
              if wait.repeats && Hashtbl.mem waits number then again number wait.delay)

    method iter block =
      let over_now = poll (block && Queue.is_empty over) in
      List.iter (fun number -> Queue.add number over) over_now;
      ignore (turn ());
      (* What comes up meanwhile has its turn the next time. *)
      for _ = 1 to Queue.length over do
        Option.iter self#call (Queue.take_opt over)
      done

    method private cleanup =
      Hashtbl.iter (fun number _ -> stop number) waits;
      Hashtbl.reset waits
  end
