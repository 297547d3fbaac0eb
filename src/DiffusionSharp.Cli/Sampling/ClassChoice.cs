using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>The classes that samples are drawn from, how many there are, and how far they are guided.</summary>
/// <param name="Count">Samples in all.</param>
/// <param name="Labels">The class of each; null draws without a class.</param>
/// <param name="Guidance">Null: none.</param>
/// <param name="PerClass">Samples of each class where all are drawn; null where not.</param>
/// <param name="Words">What was asked, for the report; empty for a model without classes.</param>
internal sealed record ClassChoice(int Count, int[]? Labels, GuidanceOptions? Guidance, int? PerClass, string Words)
{
    private const string All = "all";
    private const int PicturesPerClass = 10;

    // Drawn without being asked for, or as many as the format has without classes where that is more.
    private const int MostUnasked = 1000;

    /// <summary>Decides what the command line asks for.</summary>
    /// <exception cref="UsageException">The model has no classes, there is no such class, or options do not fit each other.</exception>
    public static ClassChoice Of(SampleRequest request, TrainedModel model, SampleFormat format)
    {
        var usual = SampleFormats.Count(format, model.SampleShape);
        if (model.Config.Conditioning is not { } conditioning)
        {
            if (Given(request) is { } name) throw new UsageException($"{name}: this model was trained without classes; train one with --conditional on a source that has labels.");
            return new ClassChoice(request.Count ?? usual, null, null, null, "");
        }

        Check(request, conditioning);
        var guidance = request.Guidance is { } weight ? new GuidanceOptions(weight, request.GuidanceRescale ?? 0, request.GuidanceInterval) : null;
        if (request.Class is null) return new ClassChoice(request.Count ?? usual, null, null, null, "without a class");
        if (request.Class != All)
        {
            var (label, count) = (ClassName.Find(request.Class, conditioning), request.Count ?? usual);
            return new ClassChoice(count, [.. Enumerable.Repeat(label, count)], guidance, null, $"of class {Called(label, conditioning)}");
        }

        var classes = conditioning.Classes;
        var perClass = format == SampleFormat.Strip ? 1 : model.IsPictures ? PicturesPerClass : Math.Max(1, usual / classes);
        if (request.Count is { } asked)
        {
            if (asked % classes != 0) throw new UsageException($"--count: with --class all it is a multiple of the {classes} classes, {asked} was given; {Math.Max(1, asked / classes) * classes} gives {Math.Max(1, asked / classes)} of each.");
            perClass = asked / classes;
        }
        else if (classes > Math.Max(usual, MostUnasked) / perClass)
        {
            throw new UsageException($"--class: all {classes} classes would be {Say.Count((long)classes * perClass)} samples; say how many with --count N, a multiple of {classes}, or take one class.");
        }

        return new ClassChoice(classes * perClass, SampleSheet.Rows(classes, perClass), guidance, perClass, $"{Say.Count(perClass)} of each class");
    }

    private static void Check(SampleRequest request, ConditioningConfig conditioning)
    {
        if (request.Guidance is null && Given(request with { Class = null }) is { } alone) throw new UsageException($"{alone}: nothing is guided without --guidance W; add it.");
        if (request.Guidance == 1 && Given(request with { Class = null, Guidance = null }) is { } idle) throw new UsageException($"{idle}: weight 1 is the model itself, without guidance; give --guidance another weight, or leave this out.");
        if (request is { Guidance: not null, Class: null }) throw new UsageException("--guidance: guidance goes towards a class; add --class K, or --class all.");
        if (conditioning.LabelDropout != 0) return;
        if (request.Class is null) throw new UsageException("--class: this model was trained with every label kept and knows nothing without a class; add --class K, or --class all.");
        if (request.Guidance is not (null or 1)) throw new UsageException("--guidance: this model was trained with every label kept and has no estimate without a class to guide away from; train with --label-dropout above 0.");
    }

    // The first option about classes that was given.
    private static string? Given(SampleRequest request) =>
        request.Class is not null ? "--class"
        : request.Guidance is not null ? "--guidance"
        : request.GuidanceRescale is not null ? "--guidance-rescale"
        : request.GuidanceInterval is not null ? "--guidance-interval"
        : null;

    private static string Called(int label, ConditioningConfig conditioning)
    {
        var number = Say.Count(label);
        return conditioning.NameOf(label) is var name && name == number ? number : $"{number} ({name})";
    }
}
