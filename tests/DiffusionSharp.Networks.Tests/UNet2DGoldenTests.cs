using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Networks.Tests;

public sealed class UNet2DGoldenTests : IDisposable
{
    private readonly Parallelism parallelism = new(2);

    public void Dispose() => parallelism.Dispose();

    [Theory]
    [InlineData("a", Precision.Fast)]
    [InlineData("a", Precision.Exact)]
    [InlineData("b", Precision.Fast)]
    [InlineData("b", Precision.Exact)]
    [InlineData("c", Precision.Fast)]
    [InlineData("c", Precision.Exact)]
    [InlineData("mini_a", Precision.Fast)]
    [InlineData("mini_a", Precision.Exact)]
    [InlineData("mini_ss", Precision.Fast)]
    [InlineData("mini_ss", Precision.Exact)]
    public void The_output_and_the_loss_are_those_recorded(string name, Precision precision)
    {
        using var network = new GoldenNetwork(name, precision);
        var program = network.Compile(new Dictionary<string, Node> { ["out"] = network.Output, ["loss"] = network.Loss }, parallelism);
        program.Run();
        var expected = new Tensor(network.Output.Shape, GoldenNetwork.ChannelsLast(network["out_f64"]));
        Near.RelativeToLargest(expected, Doubles(network.Output.Shape, program.Output("out")), precision == Precision.Fast ? 1e-4 : 1e-5, $"{name}: output");
        Near.RelativeToEach([network["losses_f64"].Values[0]], [program.Output("loss")[0]], 1e-6, $"{name}: loss");
    }

    [Theory]
    [InlineData("c", Precision.Fast)]
    [InlineData("c", Precision.Exact)]
    [InlineData("mini_a", Precision.Fast)]
    [InlineData("mini_a", Precision.Exact)]
    [InlineData("mini_ss", Precision.Fast)]
    [InlineData("mini_ss", Precision.Exact)]
    public void The_gradient_of_every_parameter_is_that_recorded(string name, Precision precision)
    {
        using var network = new GoldenNetwork(name, precision);
        var gradients = RunGradients(network);
        var largest = gradients.Values.Max(g => g.MaxAbs());
        var tolerance = OfLargestGradient(precision);
        foreach (var parameter in network.ParameterNames)
        {
            var expected = network[$"grad/{parameter}"];
            if (network.NearZero.Contains(parameter)) Near.Absolute(expected.Values, gradients[parameter].Values, 1e-6 * largest, parameter);
            else Near.RelativeToLargest(expected, gradients[parameter], tolerance, parameter);
        }
    }

    [Theory]
    [InlineData("a", Precision.Fast)]
    [InlineData("a", Precision.Exact)]
    [InlineData("b", Precision.Fast)]
    [InlineData("b", Precision.Exact)]
    [InlineData("c", Precision.Fast)]
    [InlineData("c", Precision.Exact)]
    [InlineData("mini_a", Precision.Fast)]
    [InlineData("mini_a", Precision.Exact)]
    [InlineData("mini_ss", Precision.Fast)]
    [InlineData("mini_ss", Precision.Exact)]
    public void Every_gradient_has_the_recorded_sum_norm_largest_value_and_waves(string name, Precision precision)
    {
        using var network = new GoldenNetwork(name, precision);
        var gradients = RunGradients(network);
        var (summaries, heads) = (network["grad_summary"], network["grad_head"]);
        var largest = gradients.Values.Max(g => g.MaxAbs());
        var tolerance = OfLargestGradient(precision);
        for (var row = 0; row < network.ParameterNames.Count; row++)
        {
            var parameter = network.ParameterNames[row];
            var gradient = gradients[parameter];
            var expected = summaries.Values.Slice(row * 5, 5);
            var head = heads.Values.Slice(row * 16, Math.Min(16, gradient.Shape.Count));
            var isZero = network.NearZero.Contains(parameter);

            // Sums let errors of either sign meet, so they are held to the norm of what is summed.
            var (norm, max) = isZero ? (10 * largest, largest * 0.01) : (expected[1], expected[2]);
            var actual = Summary(gradient.Values);
            Near.Absolute([expected[2]], [actual[2]], tolerance * max, $"{name}: {parameter}, largest value");
            Near.Absolute(expected, actual, tolerance * norm, $"{name}: {parameter}, summary");
            Near.Absolute(head, gradient.Values[..head.Length], tolerance * max, $"{name}: {parameter}, first values");
        }
    }

    [Theory]
    [InlineData("a", Precision.Fast)]
    [InlineData("a", Precision.Exact)]
    [InlineData("b", Precision.Fast)]
    [InlineData("b", Precision.Exact)]
    [InlineData("c", Precision.Fast)]
    [InlineData("c", Precision.Exact)]
    [InlineData("mini_a", Precision.Fast)]
    [InlineData("mini_a", Precision.Exact)]
    [InlineData("mini_ss", Precision.Fast)]
    [InlineData("mini_ss", Precision.Exact)]
    public void Three_steps_of_AdamW_give_the_recorded_losses_and_parameters(string name, Precision precision)
    {
        using var network = new GoldenNetwork(name, precision);
        var (program, adam) = network.Training(parallelism, network.State());
        var losses = new double[4];
        for (var step = 1; step <= 4; step++)
        {
            // The fourth run only asks for the loss: a rate of 0 moves nothing.
            TrainingRates.Write(program.Input("rates"), step, step <= 3 ? adam : adam with { Rate = 0 }, new LearningRateSchedule(), null);
            program.Run();
            losses[step - 1] = program.Output("loss")[0];
        }

        const double Tolerance = 3e-5;
        Near.RelativeToEach(network["losses_f64"].Values, losses, 3e-6, $"{name}: losses");
        foreach (var (parameter, row) in network.ParameterNames.Select((p, i) => (p, i)))
        {
            if (network.NearZero.Contains(parameter)) continue;
            var actual = network.Torch(parameter, network.Weights[parameter]);
            if (network.Has($"after3/{parameter}"))
            {
                var expected = network[$"after3/{parameter}"].Values;
                var gradient = network[$"grad/{parameter}"];
                for (var i = 0; i < expected.Length; i++)
                    Near.Absolute([expected[i]], [actual.Values[i]], Tolerance + Chance(gradient.Values[i], gradient.MaxAbs()), $"{name}: {parameter}, value {i}");
            }

            var head = network["after3_head"].Values.Slice(row * 16, Math.Min(16, actual.Shape.Count));
            Near.Absolute(head, actual.Values[..head.Length], Tolerance, $"{name}: {parameter}, first values");
        }
    }

    // AdamW divides by the gradient's own size: an error of float32's share of the largest gradient, 1e-6, moves a value whose gradient is g
    // by rate · 1e-6 · largest / |g| in each of the three steps, and never by more than the steps themselves.
    private static double Chance(double gradient, double largest) => 3e-3 * Math.Min(1, 1e-6 * largest / Math.Abs(gradient));

    private static double OfLargestGradient(Precision precision) => precision == Precision.Fast ? 1e-3 : 1e-4;

    private Dictionary<string, Tensor> RunGradients(GoldenNetwork network)
    {
        var gradients = Gradients.Of(network.Loss, network.Graph.Parameters);
        var outputs = network.Graph.Layout.Entries.Select((e, i) => (e.Name, gradients[i])).ToDictionary(p => p.Name, p => p.Item2);
        var program = network.Compile(outputs, parallelism);
        program.Run();
        return outputs.Keys.ToDictionary(p => p, p => network.Torch(p, program.Output(p)));
    }

    private static double[] Summary(ReadOnlySpan<double> values)
    {
        var summary = new double[5];
        for (var i = 0; i < values.Length; i++)
        {
            summary[0] += values[i];
            summary[1] += values[i] * values[i];
            summary[2] = Math.Max(summary[2], Math.Abs(values[i]));
            summary[3] += values[i] * Math.Cos(0.7 * i);
            summary[4] += values[i] * Math.Sin((1.3 * i) + 0.5);
        }

        summary[1] = Math.Sqrt(summary[1]);
        return summary;
    }

    private static Tensor Doubles(Shape shape, ReadOnlySpan<float> values) => new(shape, Array.ConvertAll(values.ToArray(), v => (double)v));
}
