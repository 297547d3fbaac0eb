namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>
/// How dp/dt = A(t) p, the equation on the cells, is stepped; A is a rate matrix: off its diagonal nothing is negative, its columns sum to 0.
/// </summary>
public enum TimeScheme
{
    /// <summary>Backward Euler: first order, positive for every step.</summary>
    /// <remarks>
    /// <code>
    /// (1 − τ A) p′ = p
    /// </code>
    /// Proof of positivity: M = 1 − τ A has no positive number off its diagonal, and each column sums to 1, so it is strictly diagonally
    /// dominant by columns: an M-matrix, whose inverse has no negative number. The columns of M⁻¹ sum to 1 as well: mass is kept and the
    /// distance |p − q|₁ of two solutions never grows. One tridiagonal solve a step.
    /// </remarks>
    BackwardEuler,

    /// <summary>The L-stable diagonally implicit Runge–Kutta method of two stages: second order, positive under a condition.</summary>
    /// <remarks>
    /// <code>
    /// (1 − γτ A(t + γτ)) u = p       (1 − γτ A(t + τ)) p′ = (1 + √2) u − √2 p       γ = 1 − 1/√2
    /// </code>
    /// Alexander 1977, SIAM J. Numer. Anal. 14, section 2. No linear method of second order is positive for every step (Bolley and Crouzeix 1978);
    /// this one is where τ ≤ (1 + √2)/max |A_ii|. Proof: the inverse of an M-matrix is at least that of its diagonal, so
    /// u ≥ p/(1 + γτ max |A_ii|) ≥ p/(1 + 1/√2), and then (1 + √2) u ≥ √2 p. On smooth densities it is positive for far longer steps; a step
    /// whose result is not is refused. Two tridiagonal solves a step.
    /// </remarks>
    Sdirk2,
}
