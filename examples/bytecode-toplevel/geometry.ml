type point = { x : float; y : float }

external hull : point list -> point list = "geometry_hull"

external affine : float -> float -> float -> float -> float -> float -> point -> point
  = "geometry_affine_byte" "geometry_affine"

external least : (point -> float) -> point list -> point option = "geometry_least"
