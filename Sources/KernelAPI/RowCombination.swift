/// z = x + alpha y + beta w, for `rows` rows of n scalars; without y, or without w, their
/// terms are left out. Rows lie `ldx`, `ldy`, `ldw` and `ldz` scalars apart. z may be
/// one of the others, if its rows are as far apart.
public struct RowCombination<S: Scalar> {
  public var rows: Int
  public var n: Int
  public var x: UnsafePointer<S>
  public var ldx: Int
  public var y: UnsafePointer<S>?
  public var ldy: Int
  public var alpha: Double
  public var w: UnsafePointer<S>?
  public var ldw: Int
  public var beta: Double
  public var z: UnsafeMutablePointer<S>
  public var ldz: Int

  public init(
    rows: Int, n: Int, x: UnsafePointer<S>, ldx: Int, y: UnsafePointer<S>? = nil, ldy: Int = 0, alpha: Double = 1,
    w: UnsafePointer<S>? = nil, ldw: Int = 0, beta: Double = 1, z: UnsafeMutablePointer<S>, ldz: Int
  ) {
    self.rows = rows
    self.n = n
    self.x = x
    self.ldx = ldx
    self.y = y
    self.ldy = ldy
    self.alpha = alpha
    self.w = w
    self.ldw = ldw
    self.beta = beta
    self.z = z
    self.ldz = ldz
  }
}
