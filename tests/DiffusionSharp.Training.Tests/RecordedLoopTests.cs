using DiffusionSharp.Data.Formats;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Weights;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Tests;

/// <summary>Whole sampling loops of a recorded network: schedule, network, conversion, clipping and sampler together.</summary>
public sealed class RecordedLoopTests
{
    // The recorded loop ran in float32: its ε̂ is off by about 1e-6, and x₀ = (x − σ ε̂)/α multiplies that by 1/α, 60 at the first step.
    // Winograd adds up to 1e-5.
    private static double Tolerance(Precision precision) => precision == Precision.Exact ? 6e-5 : 6e-4;

    [Theory]
    [InlineData("ddpm10", Precision.Exact)]
    [InlineData("ddim10", Precision.Exact)]
    [InlineData("ddpm10", Precision.Fast)]
    [InlineData("ddim10", Precision.Fast)]
    public void Ten_steps_of_the_recorded_network_give_the_recorded_states(string name, Precision precision)
    {
        using var golden = GoldenFile.Require("models", "e2e_mini_a");
        var states = golden[name + "/x"];
        var (steps, n) = (states.Shape[0] - 1, states.Shape[1]);
        var schedule = DiscreteSchedule.Linear();
        var grid = Timesteps.Leading(1000, steps);
        Sampler sampler = name == "ddpm10" ? new DdpmSampler(schedule, grid) : new DdimSampler(schedule, grid) { Direction = DdimDirection.Unconstrained };
        var noise = new Recorded(ChannelsLast(golden["init_noise"]), golden.Has(name + "/noise") ? golden[name + "/noise"] : null);
        var denoiser = new ClippedDenoiser(new NetworkDenoiser(Network(n, precision), Prediction.Noise));

        Near.RelativeToLargest(State(states, 0), noise.Initial([]), 1e-7, "the start");
        foreach (var step in sampler.Steps(denoiser, [n, 16, 16, 3], noise))
        {
            Assert.Equal(golden[name + "/t"].Values[step.Index], grid.Times[step.Index]);
            Near.RelativeToLargest(State(states, step.Index + 1), step.X, Tolerance(precision), $"{name} after step {step.Index}");
        }
    }

    private static BoundNetwork Network(int batch, Precision precision)
    {
        var config = new RunConfig("recorded", "test")
        {
            UNet = new UNet2DOptions
            {
                SampleSize = 16,
                Channels = [8, 16],
                DownBlocks = [BlockKind.Plain, BlockKind.Attention],
                UpBlocks = [BlockKind.Attention, BlockKind.Plain],
                LayersPerBlock = 1,
                NormGroups = 4,
                HeadWidth = 4,
            },
            Precision = precision
        };
        var blueprint = new NetworkBlueprint(config, config.SampleShape());
        var weights = new ParameterBuffer(blueprint.Layout());
        using var file = SafetensorsFile.Open(SharedFolder.Require("golden", "models", "mini_a", "diffusion_pytorch_model.safetensors"));
        ParameterConversion.Import(weights, file.Names, file.Read);
        return new BoundNetwork(blueprint, weights, batch, Machine.Single);
    }

    private static Tensor State(Tensor states, int index) => ChannelsLast(states.Slice(index, 1).Reshape(states.Shape.Tail()));

    private static Tensor ChannelsLast(Tensor pictures)
    {
        var s = pictures.Shape;
        return Tensor.Create([s[0], s[2], s[3], s[1]], values =>
        {
            for (var i = 0; i < values.Length; i++)
            {
                var (pixel, c) = Math.DivRem(i, s[1]);
                var (k, p) = Math.DivRem(pixel, s[2] * s[3]);
                values[i] = pictures.Values[(((k * s[1]) + c) * s[2] * s[3]) + p];
            }
        });
    }

    private sealed class Recorded(Tensor initial, Tensor? draws) : NoiseSource
    {
        public override Tensor Initial(Shape shape) => initial;

        public override Tensor Draw(Shape shape, int index) => State(draws ?? throw new InvalidOperationException("This loop draws no noise."), index);
    }
}
