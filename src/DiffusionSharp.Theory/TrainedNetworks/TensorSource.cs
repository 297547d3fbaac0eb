using DiffusionSharp.Tensors;

namespace DiffusionSharp.Theory.TrainedNetworks;

/// <summary>Samples that an experiment has in memory, as data to train on.</summary>
/// <param name="name">What messages call it.</param>
/// <param name="samples">[N, …].</param>
internal sealed class TensorSource(string name, Tensor samples) : DataSource(name, samples.Shape.Tail(), samples.Samples, [])
{
    protected override void Fill(int index, Span<float> destination)
    {
        var sample = samples.Sample(index);
        for (var i = 0; i < destination.Length; i++) destination[i] = (float)sample[i];
    }

    protected override int ClassOf(int index) => throw new NotSupportedException("Samples of an experiment have no classes.");
}
