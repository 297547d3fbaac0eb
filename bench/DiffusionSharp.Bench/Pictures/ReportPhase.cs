using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>Writes the page of the results, and the pictures beside it, from what the other phases left.</summary>
internal sealed class ReportPhase
{
    private const string Pictures = "pictures";

    private readonly Study study;
    private readonly string folder;
    private readonly StringBuilder page = new();

    private ReportPhase(Study study, string folder) => (this.study, this.folder) = (study, folder);

    public static void Run(Study study)
    {
        if (study.Options.Report is not { } folder)
        {
            StudyLog.Line("report: no --report was given, no page is written");
            return;
        }

        new ReportPhase(study, folder).Write();
    }

    private void Write()
    {
        Head();
        Training();
        Measures();
        Sheets();
        Conditional();
        Langevin();
        Photographs();
        How();
        Commands();
        var file = Path.Combine(folder, "pictures.md");
        AtomicFile.Write(file, Encoding.UTF8.GetBytes(page.ToString()));
        StudyLog.Line($"report: {file}");
    }

    private void Head()
    {
        var models = study.Compared.Where(m => Trained(m) is not null).ToList();
        var minutes = models.Select(m => study.Folder.Read<PaceResult>("pace", $"{m.Name}.json")?.Minutes).FirstOrDefault(m => m is not null) ?? study.Options.Minutes;
        Paragraph("# Digits by several methods, each trained for the same steps");
        Paragraph($"MNIST by {string.Join(", ", models.Select(m => m.Title))}: all models are trained from nothing for the same steps, those that {minutes} minutes of wall time allow at the median pace, then sampled with at most {string.Join(" or ", StudyOptions.Budgets)} calls of its network a sample, then measured like the others. Machine: {Machine.Processor}, {study.Options.Threads} threads, no GPU; commit {Machine.Commit}.");
        Paragraph($"What this can and cannot say: each method is trained once, with one seed, as its preset has it, and no preset was tuned for this comparison or for this time. Standard errors below are over test pictures, samples, noise and probes; how much another seed of training would change is not measured. Differences of the order of the errors say nothing, and larger ones are about these presets at this budget, not about the methods at their best. The models of the papers are trained for days.");
    }

    private void Training()
    {
        Paragraph("## Training");
        var common = TrainingPhases.CommonSteps(study) is { } steps ? StudyLog.Text($"{steps:N0}") : "those of the table";
        Paragraph($"The steps are set beforehand, so that the learning rate can end where they do, and are the same for all models: {common}, what the median pace of all models does in the time. The networks cost nearly the same; the machine's own pace, measured for each model alone on both cores, drifts by more than they differ. Bytes do not depend on how many threads train or what else runs, so the trainings themselves need no quiet machine: the wall time is what each took.");
        page.Append("| model | preset | steps × batch | digits seen | took | pace alone, digits/s | parameters | loss at the end |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var model in study.Models)
        {
            if (Trained(model) is not { } t) continue;
            var pace = study.Folder.Read<PaceResult>("pace", $"{model.Name}.json");
            page.Append(StudyLog.Text($"| {model.Title} | `{model.Preset}`{(model.Conditional ? " with `--conditional`" : "")} | {t.Planned:N0} × {t.Samples / Math.Max(t.Steps, 1)} | {t.Samples:N0} | {Duration(t.Seconds)} | {pace?.Rate:0} ({pace?.Least:0} to {pace?.Most:0}) | {t.Parameters:N0} | {(t.Failure is { } why ? $"ended at step {t.Steps:N0}: {why}" : t.Loss is { } l ? StudyLog.Text($"{l:0.0000}") : "–")} |\n"));
        }

        Paragraph("");
        Paragraph("Losses have different targets and weights, and do not compare across models. The pace is the median over windows, with its least and its most. What each preset follows, and where it departs:");
        foreach (var preset in study.Models.Select(m => m.Preset).Distinct()) page.Append($"- `{preset}`: {Presets.Find(preset).Recipe}\n");
        page.Append('\n');
    }

    private void Measures()
    {
        Paragraph("## Measures");
        var judge = study.Folder.Read<ClassifierResult>("classifier.json");
        page.Append(StudyLog.Text($"| model | sampler | network calls | seconds a sample | sliced Wasserstein, pixels | Fréchet, classifier features, n = {study.Options.Count} | bits per dimension |\n|---|---|---|---|---|---|---|\n"));
        foreach (var model in study.Compared)
        {
            foreach (var budget in StudyOptions.Budgets)
            {
                if (study.Folder.Read<SampleResult>("samples", $"{model.Name}-{budget}.json") is not { } s) continue;
                var d = study.Folder.Read<DistanceResult>("measures", $"{model.Name}-{budget}.json");
                var distances = d is null ? (s.Finite ? "– | –" : "not all values are numbers | –") : StudyLog.Text($"{d.Sliced:0.0000} ± {d.SlicedError:0.0000} | {d.Frechet:0.00} ± {d.FrechetError:0.00}");
                page.Append(StudyLog.Text($"| {model.Title} | {s.Sampler} {s.Steps} {(model.Name == "ncsn" ? "levels" : "steps")} | {s.Calls:0} of {budget} | {Time(model, budget)} | {distances} | {(budget == StudyOptions.Budgets[0] ? Bits(model) : "as above")} |\n"));
            }
        }

        if (study.Folder.Read<DistanceResult>("measures", "real.json") is { } real)
            page.Append(StudyLog.Text($"| test pictures | other test pictures | – | – | {real.Sliced:0.0000} ± {real.SlicedError:0.0000} | {real.Frechet:0.00} ± {real.FrechetError:0.00} | – |\n"));
        Paragraph("");
        Paragraph($"Less is better in every column. The last row is the floor: two sets of {study.Options.Count} test pictures that share none, so a distance of this size is what a perfect model would show. Bits per dimension belong to the model, not to its sampler.");
        if (judge is not null) Paragraph(StudyLog.Text($"The classifier is the toolkit's own: {judge.Parameters:N0} parameters, {judge.Steps:N0} steps of {judge.Batch} on the {judge.TrainCount:N0} training pictures in {judge.Seconds:0} s, right on {judge.Accuracy:0.00%} of the {judge.TestCount:N0} test pictures; its {judge.Features} features stand in for a picture. Figures compare within this table only: another network has other features, and they are no FID of the Inception network."));
    }

    private string Time(StudyModel model, int budget) => study.Folder.Read<TimeResult>("times", $"{model.Name}-{budget}.json") is { } t ? StudyLog.Text($"{t.SecondsPerSample:0.000}") : "–";

    private string Bits(StudyModel model)
    {
        if (model.Likelihood == LikelihoodKind.None) return "– (levels of an annealed chain define no likelihood)";
        var parts = new List<string>();
        if (Likelihood(model, "flow") is { } flow) parts.Add(StudyLog.Text($"{flow.BitsPerDimension:0.000} ± {flow.Error:0.000} (flow, n = {flow.Count})"));
        if (Likelihood(model, "bound") is { } bound) parts.Add(StudyLog.Text($"≤ {bound.BitsPerDimension:0.000} ± {bound.Error:0.000} (bound, n = {bound.Count})"));
        return parts.Count == 0 ? "–" : string.Join("; ", parts);
    }

    private LikelihoodResult? Likelihood(StudyModel model, string kind) => study.Folder.Read<LikelihoodResult>("measures", $"{model.Name}-{kind}.json");

    private void Sheets()
    {
        Paragraph($"## Sheets");
        Paragraph($"The first {SamplePhase.SheetCount} samples of each row, none left out.");
        page.Append("| model | ").AppendJoin(" | ", StudyOptions.Budgets.Select(b => $"at most {b} calls")).Append(" |\n|---|---|---|\n");
        foreach (var model in study.Compared)
        {
            var cells = StudyOptions.Budgets.Select(b => Copied(study.Folder.Samples(model.Name, b, ".png"), $"{model.Name}-{b}.png") is { } file ? $"![{SamplePhase.SheetCount} digits by {model.Title} in at most {b} calls]({file})" : "–").ToList();
            if (cells.Any(c => c != "–")) page.Append($"| {model.Title} | ").AppendJoin(" | ", cells).Append(" |\n");
        }

        page.Append('\n');
    }

    private void Conditional()
    {
        if (study.Folder.Read<AgreementResult[]>("conditional.json") is not { } agreement) return;
        Paragraph("## Classes and guidance");
        Paragraph(StudyLog.Text($"The same preset as DDPM with classes, trained for a quarter of the steps: labels dropped with chance 0.1 in training, classifier-free guidance in sampling (Ho and Salimans 2022, arXiv:2207.12598); `ddim`, one row for each class at w = {ConditionalPhase.SheetGuidance}."));
        if (Copied(study.Folder.In("conditional.png"), "conditional.png") is { } sheet) Paragraph($"![A row of {ConditionalPhase.Columns} digits for each class]({sheet})");
        Paragraph($"How often the classifier finds the class that was asked for, of {agreement[0].Count} samples each; w = 0 draws without a class, and shows what chance agrees on, w = 1 is the model with classes and no guidance:");
        page.Append("| w | agreement | network calls |\n|---|---|---|\n");
        foreach (var a in agreement) page.Append(StudyLog.Text($"| {a.Guidance} | {a.Share:0.0%} ± {a.Error:0.0%} | {a.Calls:0} |\n"));
        Paragraph("");
        Paragraph("Agreement is no measure of quality: it counts what the classifier is sure of, errs as the classifier errs, and rises also where samples lose their variety.");
    }

    private void Langevin()
    {
        if (study.Folder.Read<LangevinResult>("langevin.json") is not { } found) return;
        Paragraph("## Plain and annealed Langevin dynamics");
        Paragraph($"`{LangevinPhase.Preset}` trained on `{LangevinPhase.Data}` for {found.Steps:N0} steps in {Duration(found.Seconds)}, then {found.Count:N0} points by each dynamics with {found.Calls:N0} network calls a point. Plain dynamics at the least noise starts spread evenly over the box of the data and stays in the mode that it met first; annealed dynamics starts where noise makes the modes one (Song and Ermon 2019, arXiv:1907.05600, section 3.2 and figure 3).");
        if (Copied(study.Folder.In("langevin.svg"), "langevin.svg") is { } file) Paragraph($"![Data, plain and annealed Langevin dynamics in the plane]({file})");
        page.Append("| points | share of the first mode | of the second |\n|---|---|---|\n");
        page.Append(StudyLog.Text($"| the law | {found.True:0.0%} | {1 - found.True:0.0%} |\n"));
        foreach (var (name, share) in new[] { ("as many of the data", found.Data), ("plain Langevin", found.Plain), ("annealed Langevin", found.Annealed) })
            page.Append(StudyLog.Text($"| {name} | {share:0.0%} ± {found.Error(share):0.0%} | {1 - share:0.0%} ± {found.Error(share):0.0%} |\n"));
        Paragraph("");
        Paragraph("± is the standard error of a share of so many independent points.");
    }

    private void Photographs()
    {
        Paragraph("## A folder of photographs");
        Paragraph("`diffusion train --data ../shared/data/photos --preset quickstart --out photos` trains on 600 JPEG pictures of CIFAR-10 in ten sub-folders as they lie, and with `--conditional` the sub-folders are the classes. `PhotoTests` of the command line's tests does both, for a few steps. 600 pictures teach the pipeline, not photography: no sheet is shown.");
    }

    private void How()
    {
        Paragraph("## How it is measured");
        page.Append(StudyLog.Text($"- Samples: {study.Options.Count} a row, seed {StudyOptions.Seed}, in batches of {StudyOptions.Batch}, from the average of the weights, estimates of the data clipped to [−1, 1]. The calls are counted at the network. Seconds a sample are timed apart, on the quiet machine: the median over {TimePhase.Batches - 1} batches, after one that also compiles the network.\n"));
        page.Append(StudyLog.Text($"- Sliced Wasserstein distance (Rabin et al. 2012): Wasserstein-2 on {MeasurePhase.Lines} random lines through the space of pixels in [−1, 1]; ± is one standard deviation over {MeasurePhase.Resamples} bootstrap resamples of both sets.\n"));
        page.Append(StudyLog.Text($"- Fréchet distance (Dowson and Landau 1982; Heusel et al. 2017, arXiv:1706.08500) of {study.Options.Count} samples and {study.Options.Count} test pictures: ± as above. From so few samples it is too large (Chong and Forsyth 2020, arXiv:1911.07023), by an amount that the floor shows for real pictures and that is not the same for every model.\n"));
        page.Append(StudyLog.Text($"- Bits per dimension, flow: −log₂ p a pixel by the probability-flow ODE (Song et al. 2021, arXiv:2011.13456), Dormand–Prince at relative and absolute tolerance {MeasurePhase.Tolerance}, Hutchinson's divergence with one Rademacher probe a picture, pictures of 8 bits dequantised uniformly (an upper bound of −log₂ of the discrete probability); the network without clipping, whose corners the integrator would stumble over, from the least noise it was trained on. Bound: the variational bound of the ancestral chain over all trained levels (Ho et al. 2020, arXiv:2006.11239), with estimates clipped to [−1, 1] as in sampling; so the two are of estimates that differ where clipping acts. On as many test pictures (n) as fit into {study.Options.LikelihoodSeconds:0} s, at least {MeasurePhase.FewestPictures(study)} and at most {MeasurePhase.MostPictures}; ± is the standard error over pictures, their noise and probes. What the tolerance adds is not in it.\n"));
        page.Append('\n');
    }

    private void Commands()
    {
        Paragraph("## The commands");
        Paragraph(StudyLog.Text($"`dotnet run -c Release --project bench/DiffusionSharp.Bench -- pictures --data ../shared/data/mnist --out FOLDER --minutes {study.Options.Minutes} --threads {study.Options.Threads} --report docs/results` runs every phase; `--phases` runs some of them, and what is done is passed over. `train` has no row below: trainings may run side by side, and the table of the training has what each took."));
        page.Append("| phase | wall time |\n|---|---|\n");
        foreach (var (name, seconds) in study.Folder.Read<Dictionary<string, double>>("phases.json") ?? [])
            if (name is not ("report" or "train")) page.Append($"| `{name}` | {Duration(seconds)} |\n");
    }

    private TrainResult? Trained(StudyModel model) => study.Folder.Read<TrainResult>("train", $"{model.Name}.json");

    // The page's own copy, or null where there is nothing to copy.
    private string? Copied(string from, string name)
    {
        if (!File.Exists(from)) return null;
        AtomicFile.Write(Path.Combine(folder, Pictures, name), File.ReadAllBytes(from));
        return $"{Pictures}/{name}";
    }

    private void Paragraph(FormattableString text) => Paragraph(StudyLog.Text(text));

    private void Paragraph(string text) => page.Append(text).Append(text.Length == 0 ? "\n" : "\n\n");

    private static string Duration(double seconds) => StudyLog.Text($"{Math.Floor(seconds / 60):0} min {seconds % 60:00} s");
}
