using System.Collections.Immutable;
using System.CommandLine;
using Framevet.Pipeline;
using Framevet.Pipeline.Models;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet models add FILE --id … --head …</c>: an ONNX file of one's own becomes an entry of the catalogue.</summary>
internal static class ModelsAddCommand
{
    private static readonly Argument<string> Source = new("FILE") { Description = "An ONNX file; it is copied." };
    private static readonly Option<string> Id = new("--id") { Required = true, Description = "Name used in recipes, kebab-case." };
    private static readonly Option<string> Head = new("--head") { Required = true, HelpName = "KIND", Description = "How the output is read: distribution-10, labels, scalar, embedding, boxes, mask or landmarks." };
    private static readonly Option<string?> Title = new("--title") { Description = "Name for people." };
    private static readonly Option<ModelTask> Task = new("--task") { Description = "What it is for.", DefaultValueFactory = _ => ModelTask.Aesthetic };
    private static readonly Option<string[]> Labels = new("--labels") { HelpName = "A,B,…", Description = "Labels in the order of the output." };
    private static readonly Option<string[]> Map = new("--map") { HelpName = "LABEL=OURS", Description = "For moderation: what a label is in our taxonomy; may be repeated." };
    private static readonly Option<BoxFormat?> Format = new("--format") { Description = "With --head boxes: how boxes are written." };
    private static readonly Option<int?> Length = new("--length") { Description = "With --head embedding: its numbers; landmarks: the points." };
    private static readonly Option<double> Min = new("--min") { Description = "With --head scalar: least usual value.", DefaultValueFactory = _ => 0 };
    private static readonly Option<double> Max = new("--max") { Description = "With --head scalar: largest usual value.", DefaultValueFactory = _ => 1 };
    private static readonly Option<ModelActivation> Activation = new("--activation") { Description = "What is still to be applied to the output.", DefaultValueFactory = _ => ModelActivation.None };
    private static readonly Option<string?> Output = new("--output") { HelpName = "NAME", Description = "Name of the output; default: the only one." };
    private static readonly Option<string?> Tensor = new("--tensor") { HelpName = "NAME", Description = "Name of the input; default: the only one." };
    private static readonly Option<int> Width = new("--width") { Description = "Width of the input in pixels; 0 = any.", DefaultValueFactory = _ => 224 };
    private static readonly Option<int> Height = new("--height") { Description = "Height of the input in pixels; 0 = any.", DefaultValueFactory = _ => 224 };
    private static readonly Option<ModelLayout> Layout = new("--layout") { Description = "Order of the dimensions.", DefaultValueFactory = _ => ModelLayout.Nchw };
    private static readonly Option<ModelChannels> Channels = new("--channels") { Description = "Order of the channels.", DefaultValueFactory = _ => ModelChannels.Rgb };
    private static readonly Option<Normalisation> Normal = new("--normalisation") { Description = "What becomes of pixel values 0..255.", DefaultValueFactory = _ => Normalisation.ZeroToOne };
    private static readonly Option<ModelFit> Fit = new("--fit") { Description = "How a picture is made to fit.", DefaultValueFactory = _ => ModelFit.Stretch };
    private static readonly Option<ModelResampler> Resampler = new("--resampler") { Description = "How pixels are made from pixels.", DefaultValueFactory = _ => ModelResampler.Bilinear };
    private static readonly Option<string?> Licence = new("--licence") { Description = "Terms of the weights." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON." };

    public static Command Create()
    {
        var command = new Command("add", "Add an ONNX file of your own: it is copied, loaded once and checked.")
        {
            Source, Id, Head, Title, Task, Labels, Map, Format, Length, Min, Max, Activation, Output, Tensor, Width, Height, Layout, Channels, Normal, Fit, Resampler, Licence, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        await using var services = new CliServices();
        var folder = Directory.CreateTempSubdirectory("framevet-add-");
        try
        {
            // What is added is moved; the user's file stays.
            var copy = Path.Combine(folder.FullName, "model.onnx");
            Copy(parsed.GetValue(Source)!, copy);
            var entry = await services.Get<OwnModels>().AddAsync(Read(parsed), copy, ct);
            ModelsCommand.Print([ModelReport.Of(services.Get<ModelStore>().Look(entry.Id), services.Get<ModelPuller>())], parsed.GetValue(Json));
            return (int)ExitCode.Clean;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Copy(string from, string to)
    {
        try
        {
            File.Copy(from, to);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{from}: cannot be read: {trouble.Message}", null, trouble);
        }
    }

    private static OwnModel Read(ParseResult parsed) => new()
    {
        Id = parsed.GetValue(Id)!,
        Head = parsed.GetValue(Head)!,
        Title = parsed.GetValue(Title),
        Task = parsed.GetValue(Task),
        Labels = [.. (parsed.GetValue(Labels) ?? []).SelectMany(l => l.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
        Moderation = (parsed.GetValue(Map) ?? []).Select(Pair).ToImmutableSortedDictionary(p => p.Key, p => p.Value),
        Format = parsed.GetValue(Format),
        Length = parsed.GetValue(Length),
        Min = parsed.GetValue(Min),
        Max = parsed.GetValue(Max),
        Activation = parsed.GetValue(Activation),
        Output = parsed.GetValue(Output),
        Tensor = parsed.GetValue(Tensor),
        Width = parsed.GetValue(Width) is > 0 and var width ? width : null,
        Height = parsed.GetValue(Height) is > 0 and var height ? height : null,
        Layout = parsed.GetValue(Layout),
        Channels = parsed.GetValue(Channels),
        Normalisation = parsed.GetValue(Normal),
        Fit = parsed.GetValue(Fit),
        Resampler = parsed.GetValue(Resampler),
        Licence = parsed.GetValue(Licence),
    };

    private static KeyValuePair<string, string> Pair(string text) => text.Split('=', 2) is [{ Length: > 0 } label, { Length: > 0 } ours]
        ? KeyValuePair.Create(label, ours)
        : throw new VettingException(FailureCode.InvalidRequest, $"--map takes LABEL=OURS, not '{text}'.");
}
