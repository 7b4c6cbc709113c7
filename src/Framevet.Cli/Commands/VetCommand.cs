using System.CommandLine;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet vet PATH…</c>: vets files without a server.</summary>
internal static class VetCommand
{
    private static readonly Argument<string[]> Paths = new("PATH") { Arity = ArgumentArity.OneOrMore, Description = "Files, zips of pictures, links (http:// or https://), or folders whose media files are meant; with --sampler image-folder a folder of pictures is one source." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON list with a result per file." };
    private static readonly Option<string?> Out = new("--out") { HelpName = "DIR", Description = "Write the picks there at full resolution, with manifest.json and frames.csv." };
    private static readonly Option<bool> Zip = new("--zip") { Description = "With --out: one zip per file instead of a folder; the same as --exporter zip." };
    private static readonly Option<string[]> Exporters = new("--exporter") { HelpName = "ID", Description = "With --out: what to write (see 'framevet parts exporter'); may be repeated. Default: folder." };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "With --out: say what would be written, and write nothing." };
    private static readonly Option<string> FailOn = new("--fail-on") { HelpName = "flagged|never", Description = "When flagged frames give exit code 1.", DefaultValueFactory = _ => "flagged" };
    private static readonly Option<bool> IncludeFlagged = new("--include-flagged") { Description = "Pick and write frames in doubt, too; you answer for them. Blocked frames stay out." };

    private static readonly Option<double?> Keyframes = new("--keyframes-every") { HelpName = "SECONDS", Description = "Of links to MP4 files fetch only keyframes, one in so many seconds (0 = all), where server and file allow it." };

    public static Command Create()
    {
        FailOn.AcceptOnlyFromAmong("flagged", "never");
        var recipe = new RecipeFlags();
        var command = new Command("vet", Examples.Below("Vet files here, without a server. Exit codes: 0 clean, 1 flagged, 2 bad input, 3 tool or backend missing, 4 nothing could be scored; the highest of all files.", """
            framevet vet film.mp4 --out best/
            framevet vet films/ --json
            framevet vet https://example.org/film.mp4 --keyframes-every 10
            framevet vet film.mp4 --sampler keyframe --gate ssim --out best/
            """))
        {
            Paths, Out, Zip, Exporters, DryRun, Json, FailOn, IncludeFlagged, Keyframes,
        };
        foreach (var option in recipe.All)
        {
            command.Add(option);
        }

        command.SetAction((parsed, ct) => RunAsync(parsed, recipe, ct));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, RecipeFlags flags, CancellationToken ct)
    {
        await using var services = new CliServices();
        var (recipe, exporters) = await flags.ReadAsync(parsed, services.Get<PartCatalog>(), WritersOf(parsed), ct);
        services.Get<ModelNeeds>().MustBeMet(recipe);
        var vetting = new LocalVetting(services, recipe, OutputOf(parsed, services, exporters), parsed.GetValue(IncludeFlagged));
        return (int)await VetAllAsync(vetting, new LinkedFiles(services, new LinkChoice { KeyframesEvery = parsed.GetValue(Keyframes) }), parsed, ct);
    }

    private static async Task<ExitCode> VetAllAsync(LocalVetting vetting, LinkedFiles links, ParseResult parsed, CancellationToken ct)
    {
        var isJson = parsed.GetValue(Json);
        var reports = new List<VetReport>();
        foreach (var input in InputFiles.Find(parsed.GetValue(Paths)!, vetting.FolderOrder is not null, keepsLinks: true))
        {
            await foreach (var (file, link) in links.OfAsync(input, ct))
            {
                var report = file.Fault is { } fault
                    ? new VetReport { File = file.Path, Result = ExitCode.BadInput, Error = new VetError(FailureCode.SourceUnavailable, fault, null) }
                    : await ProgressBars.ShowAsync(LocalVetting.NameOf(file.Path), events => vetting.VetAsync(file.Path, events, ct));
                report = link is null ? report : report with { File = link };
                reports.Add(report);
                if (report.Error is { } error)
                {
                    await Console.Error.WriteLineAsync(error.Message);
                }
                else if (!isJson)
                {
                    VetSummary.Print(report);
                }
            }
        }

        if (isJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(reports, Printing.Json));
        }

        var neverFails = parsed.GetValue(FailOn) == "never";
        return reports.Select(r => r.Result == ExitCode.Flagged && neverFails ? ExitCode.Clean : r.Result).Max();
    }

    // Ids of the exporters that write; null = nothing is written.
    private static string[]? WritersOf(ParseResult parsed)
    {
        string[] named = [.. parsed.GetValue(Exporters) ?? [], .. parsed.GetValue(Zip) ? ["zip"] : Array.Empty<string>()];
        if (parsed.GetValue(Out) is null)
        {
            return named.Length == 0 ? null : throw new VettingException(FailureCode.InvalidRequest, $"{(parsed.GetValue(Zip) ? "--zip" : "--exporter")} needs --out DIR.");
        }

        return named.Length == 0 ? ["folder"] : [.. named.Distinct()];
    }

    private static VetOutput? OutputOf(ParseResult parsed, CliServices services, PartSpec[] exporters)
    {
        if (parsed.GetValue(Out) is not { } folder)
        {
            return parsed.GetValue(DryRun) ? throw new VettingException(FailureCode.InvalidRequest, "--dry-run needs --out DIR.") : null;
        }

        // Building one is the check: a misspelt exporter must be told before the first file is read, not after it.
        foreach (var exporter in exporters)
        {
            services.Get<BuildExporter>()(exporter);
        }

        return new VetOutput(folder, exporters, parsed.GetValue(DryRun));
    }
}
