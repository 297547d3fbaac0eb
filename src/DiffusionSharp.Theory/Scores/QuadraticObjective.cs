using MathNet.Numerics.LinearAlgebra;

namespace DiffusionSharp.Theory.Scores;

/// <summary>An objective of score matching on a model that is linear in its parameters: J(θ) = ½ θᵀA θ + bᵀθ + c.</summary>
/// <remarks>Terms are added by quadrature points or samples; the minimiser −A⁻¹b comes from Cholesky's factors.</remarks>
internal sealed class QuadraticObjective(int parameters)
{
    private readonly double[] a = new double[parameters * parameters];
    private readonly double[] b = new double[parameters];

    /// <summary>c, what no parameter changes.</summary>
    public double Constant { get; private set; }

    /// <summary>How many terms were added.</summary>
    public int Terms { get; private set; }

    public Matrix<double> A => Matrix<double>.Build.Dense(parameters, parameters, (i, j) => a[(i * parameters) + j]);

    public Vector<double> B => Vector<double>.Build.DenseOfArray(b);

    /// <summary>−A⁻¹b.</summary>
    public Vector<double> Minimiser => A.Cholesky().Solve(-B);

    /// <summary>The condition number of A after its diagonal is scaled to 1: by so much a solution enlarges errors of the entries.</summary>
    public double Condition
    {
        get
        {
            var matrix = A;
            var scale = matrix.Diagonal().Map(v => 1 / Math.Sqrt(v));
            return matrix.MapIndexed((i, j, v) => v * scale[i] * scale[j]).ConditionNumber();
        }
    }

    /// <summary>Adds weight · (½ (θᵀφ)² + θᵀψ + constant).</summary>
    public void Add(double weight, ReadOnlySpan<double> phi, ReadOnlySpan<double> psi, double constant)
    {
        for (var i = 0; i < parameters; i++)
        {
            b[i] += weight * psi[i];
            var row = weight * phi[i];
            if (row == 0) continue;
            for (var j = 0; j < parameters; j++) a[(i * parameters) + j] += row * phi[j];
        }

        Constant += weight * constant;
        Terms++;
    }

    public double Value(Vector<double> theta) => (0.5 * theta.DotProduct(A * theta)) + B.DotProduct(theta) + Constant;

    /// <summary>√((θ − θ′)ᵀA(θ − θ′)): the root mean square distance of two models' scores under the data.</summary>
    public double Distance(Vector<double> theta, Vector<double> other)
    {
        var difference = theta - other;
        return Math.Sqrt(Math.Max(0, difference.DotProduct(A * difference)));
    }

    /// <summary>How far a minimiser may lie off by rounding: κ · terms · 2⁻⁵³ · √(θᵀ diag(A) θ).</summary>
    public double RoundingOfMinimiser(Vector<double> theta) =>
        Condition * Terms * Math.Pow(2, -53) * Math.Sqrt(theta.PointwiseMultiply(theta).DotProduct(A.Diagonal()));
}
