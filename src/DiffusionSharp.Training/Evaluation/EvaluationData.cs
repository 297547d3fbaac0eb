using DiffusionSharp.Data.Sources;
using DiffusionSharp.Likelihood;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Training.Evaluation;

/// <summary>The samples that a model is measured on.</summary>
public static class EvaluationData
{
    /// <summary>Reads samples in a random order that the seed decides; none comes twice.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="model">What they must fit.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="seed">Of the order.</param>
    /// <param name="bins">The values that they must have; null where any is right.</param>
    /// <returns>[count, …].</returns>
    /// <exception cref="DataException">The source has another shape, too few samples, or values on no bin.</exception>
    public static Tensor Read(DataSource source, TrainedModel model, int count, ulong seed, DataBins? bins)
    {
        if (source.SampleShape != model.SampleShape)
            throw new DataException($"{source.Name}: its samples are {source.SampleShape}, the model's {model.SampleShape}.");
        if (count < 1 || count > source.Count) throw new DataException($"{source.Name}: 1 to {source.Count} samples can be measured, {count} were asked for.");
        var order = Order(source, seed);
        var data = source.Read(Enumerable.Range(0, count).Select(k => order.IndexAt(k)));
        if (bins is not null)
        {
            foreach (var value in data.Values)
                if (!bins.Holds(value))
                    throw OffBins(source, value, bins);
        }

        return data;
    }

    /// <summary>The classes of the samples that <see cref="Read"/> gives.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="model">Whose classes they must be.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Of the order.</param>
    /// <returns>One label for each sample; null where the model has no classes or the source no labels.</returns>
    /// <exception cref="DataException">The source has other classes than the model.</exception>
    public static int[]? Labels(DataSource source, TrainedModel model, int count, ulong seed)
    {
        if (model.Config.Conditioning is not { } conditioning || !source.HasLabels) return null;

        // A part of the data may lack samples of the last classes; what it has must be the model's.
        var renamed = conditioning.Names is not null && source.ClassNames.Where((name, label) => conditioning.NameOf(label) != name).Any();
        if (source.Classes > conditioning.Classes || renamed)
            throw new DataException(
                $"{source.Name}: its {source.Classes} classes ({string.Join(", ", source.ClassNames.Take(12))}) are not the {conditioning.Classes} "
                + $"that the model was trained with ({string.Join(", ", Enumerable.Range(0, conditioning.Classes).Take(12).Select(conditioning.NameOf))}).");
        var order = Order(source, seed);
        return [.. Enumerable.Range(0, count).Select(k => source.Label(order.IndexAt(k)))];
    }

    private static DataException OffBins(DataSource source, double value, DataBins bins)
    {
        var what = FormattableString.Invariant($"{value} is none of the {bins.Count} values of {bins.Bits}-bit pictures in [-1, 1]");
        return new DataException($"{source.Name}: {what}; the pictures were resized or have another depth. Give that depth, or 0 bits to measure a density.");
    }

    private static BatchSampler Order(DataSource source, ulong seed) => new(source.Count, 1, new Rng(seed).Split("evaluation").Key);
}
