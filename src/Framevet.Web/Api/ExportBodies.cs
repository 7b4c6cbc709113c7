using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Api;

/// <summary>
/// Which frames to export: by PTS, in order of rank, or by conditions (<paramref name="What"/>); neither = the run's picks. <paramref name="Exporter"/>: what file and how (see
/// <c>/parts</c>); null = the recipe's first exporter.
/// </summary>
public sealed record ExportRequestBody(ImmutableArray<long>? Frames = null, PartSpec? Exporter = null, ExportWhat? What = null);

/// <summary>
/// An export. <paramref name="File"/> is where the finished file is downloaded; null until then and after it expired. <paramref name="Attempts"/>: tries that failed; <paramref name="NotBefore"/>: when the next
/// may begin.
/// </summary>
public sealed record ExportBody(Guid Id, RunId RunId, ExportState State, int Frames, string OwnerName, DateTimeOffset CreatedAt, string? FileName, long? Bytes,
    string? Sha256, string? Error, string? File, int Attempts = 0, DateTimeOffset? NotBefore = null, DateTimeOffset? EndedAt = null, DateTimeOffset? ExpiresAt = null)
{
    internal static ExportBody From(ExportOrder export) => new(export.Id, export.RunId, export.State, export.Frames, export.OwnerName, export.CreatedAt,
        export.FileName, export.Bytes, export.Sha256, export.Error, export.State == ExportState.Done ? WebPaths.ExportFile(export.Id) : null,
        export.Attempts, export.NotBefore, export.EndedAt, export.ExpiresAt);
}

/// <summary>Settings with their version.</summary>
public sealed record SettingsBody(int Version, VettingSettings Settings, string Author, string Note, DateTimeOffset At)
{
    internal static SettingsBody From(SettingsVersion version) => new(version.Number, version.Settings, version.Author, version.Note, version.At);
}

/// <summary>New settings, made from version <paramref name="BasedOn"/>; refused when somebody saved another meanwhile.</summary>
public sealed record SettingsRequest([property: JsonRequired] VettingSettings Settings, [property: JsonRequired] int BasedOn, string Note = "");

/// <summary>A recipe for everybody, and why.</summary>
public sealed record RecipeRequest([property: JsonRequired] Recipe Recipe, string Note = "");
