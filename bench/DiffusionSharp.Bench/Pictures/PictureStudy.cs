using System.Globalization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>The comparison of the picture models: each trained for the same steps, sampled at the same numbers of network calls, measured alike.</summary>
internal static class PictureStudy
{
    private static readonly (string Name, Action<Study> Run)[] Phases =
    [
        ("pace", TrainingPhases.Pace),
        ("train", TrainingPhases.Train),
        ("classifier", TrainingPhases.Classifier),
        ("sample", SamplePhase.Run),
        ("time", TimePhase.Run),
        ("measure", MeasurePhase.Run),
        ("conditional", ConditionalPhase.Run),
        ("langevin", LangevinPhase.Run),
        ("report", ReportPhase.Run),
    ];

    /// <summary><c>pictures --data FOLDER --out FOLDER [--minutes 8] [--report FOLDER] [--phases pace,train,…] [--only ddpm,…] [--threads N] [--count 256]</c>.</summary>
    public static int Run(string[] args)
    {
        if (Parse(args) is not { } options) return Usage();
        using var parallelism = new Parallelism(options.Threads);
        var study = new Study(options, parallelism);
        foreach (var missing in StudyModel.All.Where(m => !m.Exists)) StudyLog.Line($"{missing.Name}: the preset {missing.Preset} is not there; left out");
        try
        {
            study.Check();
            foreach (var (name, run) in Phases.Where(p => options.Phases.Contains(p.Name)))
            {
                var begun = StudyLog.Seconds;
                StudyLog.Line($"phase {name} begins");
                run(study);
                StudyLog.Line(StudyLog.Text($"phase {name} ends after {StudyLog.Seconds - begun:0} s"));
                study.Note(name, StudyLog.Seconds - begun);
            }
        }
        catch (Exception error) when (error is DataException or IOException or ArgumentException or InvalidOperationException)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }

        return 0;
    }

    private static int Usage()
    {
        Console.Error.WriteLine($"pictures --data FOLDER --out FOLDER [--minutes 8] [--report FOLDER] [--phases {string.Join(',', Phases.Select(p => p.Name))}] [--only {string.Join(',', StudyModel.All.Select(m => m.Name))}] [--threads N] [--count 256]");
        return 2;
    }

    private static StudyOptions? Parse(string[] args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i += 2)
            if (i + 1 >= args.Length || !given.TryAdd(args[i], args[i + 1])) return null;
        string? Take(string name) => given.Remove(name, out var value) ? value : null;
        var (data, output, minutes, report, phases, only) = (Take("--data"), Take("--out"), Take("--minutes") ?? "8", Take("--report"), Take("--phases"), Take("--only"));
        var (threads, count) = (Number(Take("--threads"), Environment.ProcessorCount), Number(Take("--count"), 256));
        if (data is null || output is null || given.Count > 0 || threads is null || count is null or < 2) return null;
        if (!double.TryParse(minutes, NumberStyles.Float, CultureInfo.InvariantCulture, out var time) || !(time > 0 && time < 1000)) return null;
        string[] names = phases?.Split(',') ?? [.. Phases.Select(p => p.Name)];
        var models = only?.Split(',');
        if (names.Except(Phases.Select(p => p.Name)).Any() || (models?.Except(StudyModel.All.Select(m => m.Name)).Any() ?? false)) return null;
        return new StudyOptions(data, output, time, report, names, models, threads.Value, count.Value);
    }

    private static int? Number(string? text, int absent) =>
        text is null ? absent : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= 1024 ? value : null;
}
