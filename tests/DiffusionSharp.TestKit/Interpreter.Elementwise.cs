using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.TestKit;

public sealed partial class Interpreter
{
    /// <summary>The error function, by the series whose terms are all positive.</summary>
    /// <remarks>erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1)/(2n+1)!!; beyond 6 it is 1 to the last bit.</remarks>
    public static double ErrorFunction(double x)
    {
        if (double.IsNaN(x)) return x;
        if (Math.Abs(x) > 6) return Math.Sign(x);
        var (term, sum) = (x, x);
        for (var n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>One code on one value or two.</summary>
    public static double Apply(ElementwiseCode code, double a, double b) => code switch
    {
        ElementwiseCode.Add => a + b,
        ElementwiseCode.Subtract => a - b,
        ElementwiseCode.Multiply => a * b,
        ElementwiseCode.Divide => a / b,
        ElementwiseCode.Maximum => Math.Max(a, b),
        ElementwiseCode.Minimum => Math.Min(a, b),
        ElementwiseCode.Greater => a > b ? 1 : 0,
        ElementwiseCode.Equal => a == b ? 1 : 0,
        ElementwiseCode.Pow => Math.Pow(a, b),
        ElementwiseCode.SiluGradient => b * SiluSlope(a),
        ElementwiseCode.Negate => -a,
        ElementwiseCode.Exp => Math.Exp(a),
        ElementwiseCode.Log => Math.Log(a),
        ElementwiseCode.Sqrt => Math.Sqrt(a),
        ElementwiseCode.Rsqrt => 1 / Math.Sqrt(a),
        ElementwiseCode.Square => a * a,
        ElementwiseCode.Reciprocal => 1 / a,
        ElementwiseCode.Abs => Math.Abs(a),
        ElementwiseCode.Sign => double.IsNaN(a) ? a : Math.Sign(a),
        ElementwiseCode.Sin => Math.Sin(a),
        ElementwiseCode.Cos => Math.Cos(a),
        ElementwiseCode.Tanh => Math.Tanh(a),
        ElementwiseCode.Sigmoid => Sigmoid(a),
        ElementwiseCode.Silu => a * Sigmoid(a),
        ElementwiseCode.Relu => a < 0 ? 0 : a,
        ElementwiseCode.Erf => ErrorFunction(a),
        ElementwiseCode.Softplus => Math.Max(a, 0) + Math.Log(1 + Math.Exp(-Math.Abs(a))),
        _ => throw new NotSupportedException($"The interpreter does not know {code}."),
    };

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double SiluSlope(double x) => Sigmoid(x) * (1 + (x * (1 - Sigmoid(x))));

    private static double[] Pointwise(ElementwiseCode code, Shape shape, Shape[] shapes, double[][] x)
    {
        double Operand(int k, int i) => k >= x.Length ? double.NaN : shapes[k].Rank == 0 ? x[k][0] : x[k][i];
        var result = new double[shape.Count];
        for (var i = 0; i < result.Length; i++) result[i] = Apply(code, Operand(0, i), Operand(1, i));
        return result;
    }
}
