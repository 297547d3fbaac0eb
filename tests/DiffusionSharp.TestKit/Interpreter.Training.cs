using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.TestKit;

/// <summary>Weights and what the optimizer keeps beside them, by parameter, in double.</summary>
public sealed record InterpretedState(
    IReadOnlyDictionary<string, double[]> Weights,
    IReadOnlyDictionary<string, double[]> FirstMoment,
    IReadOnlyDictionary<string, double[]> SecondMoment,
    IReadOnlyDictionary<string, double[]> Average);

public sealed partial class Interpreter
{
    /// <summary>The state after an optimizer's update, from copies; the state before stays as it was.</summary>
    /// <param name="update">A node that <see cref="Op.Train"/> made.</param>
    /// <param name="before">The weights must be those that this interpreter reads.</param>
    public InterpretedState Update(Node update, InterpretedState before)
    {
        var o = (AdamUpdate)update.Operation;
        var norm = Evaluate(update)[0];
        if (!double.IsFinite(norm)) return before;
        var rates = Evaluate(update.Inputs[0]);
        var (rate, correction1, correction2, weight) = (rates[0], rates[1], rates[2], rates[3]);
        var scale = norm > o.ClipNorm ? o.ClipNorm / (norm + 1e-6) : 1;
        var (weights, first, second, average) = (Copy(before.Weights), Copy(before.FirstMoment), Copy(before.SecondMoment), Copy(before.Average));
        for (var p = 1; p < update.Inputs.Count; p++)
        {
            var name = update.Graph.Layout.Entries[p - 1].Name;
            var gradient = Evaluate(update.Inputs[p]);
            var (w, m, v, e) = (weights[name], first[name], second[name], average[name]);
            if (!update.Graph.Layout.Entries[p - 1].Trained)
            {
                w.CopyTo(e, 0);
                continue;
            }

            for (var i = 0; i < w.Length; i++)
            {
                var g = (gradient[i] * scale) + (o.Decoupled ? 0 : o.WeightDecay * w[i]);
                m[i] = (o.Beta1 * m[i]) + ((1 - o.Beta1) * g);
                v[i] = (o.Beta2 * v[i]) + ((1 - o.Beta2) * g * g);
                if (o.Decoupled) w[i] -= rate * o.WeightDecay * w[i];
                w[i] -= rate * (m[i] / correction1) / (Math.Sqrt(v[i] / correction2) + o.Epsilon);
                e[i] += weight * (w[i] - e[i]);
            }
        }

        return new InterpretedState(weights, first, second, average);
    }

    private static Dictionary<string, double[]> Copy(IReadOnlyDictionary<string, double[]> source) => source.ToDictionary(e => e.Key, e => (double[])e.Value.Clone());

    private static double Norm(IEnumerable<double[]> gradients) => Math.Sqrt(gradients.Sum(g => g.Sum(v => v * v)));

    // Element i takes word i mod 4 of block ⌊i/4⌋: the low or the high half of the stream's 64 bits at ⌊i/2⌋.
    private double[] Mask(Shape shape, float rate, int stream)
    {
        var draws = rng.Split((long)stream);
        var mask = new double[shape.Count];
        for (var i = 0; i < mask.Length; i++)
        {
            var word = (uint)(draws.Bits((ulong)i / 2) >> (32 * (i % 2)));
            mask[i] = word < rate * Math.Pow(2, 32) ? 0 : 1 / (1 - (double)rate);
        }

        return mask;
    }
}
