using System.Collections.Immutable;

namespace Framevet.Pipeline.Models;

/// <summary>One model as the API and <c>framevet models --json</c> tell it. Bytes are null when unknown.</summary>
/// <param name="Id">Name in recipes.</param>
/// <param name="Task">What it is for.</param>
/// <param name="Title">Name for people.</param>
/// <param name="State">How it stands here.</param>
/// <param name="Trouble">What is wrong, or null.</param>
/// <param name="Note">What a user should know, or null.</param>
/// <param name="IsOwn">Whether the operator added it.</param>
/// <param name="CanPull">Whether there is an address for all its files.</param>
/// <param name="Bytes">Size of all files.</param>
/// <param name="BytesHere">What lies here of them.</param>
/// <param name="Origin">Where the weights come from.</param>
/// <param name="Licence">Terms.</param>
/// <param name="Acceptance">Who accepted them, or null.</param>
/// <param name="Accuracy">Figures with their sources.</param>
/// <param name="Unverified">What nobody checked.</param>
/// <param name="Files">Its files.</param>
/// <param name="Pull">The last pull since the start of the process, or null.</param>
public sealed record ModelReport(
    string Id, ModelTask Task, string Title, ModelState State, string? Trouble, string? Note, bool IsOwn, bool CanPull, long? Bytes, long BytesHere,
    ModelOrigin Origin, LicenceReport Licence, LicenceAcceptance? Acceptance, ImmutableArray<ModelAccuracy> Accuracy, ImmutableArray<string> Unverified,
    ImmutableArray<ModelFileReport> Files, PullReport? Pull)
{
    /// <summary>The report of a model.</summary>
    public static ModelReport Of(ModelStatus status, ModelPuller puller)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(puller);
        var entry = status.Entry;
        return new ModelReport(
            entry.Id, entry.Task, entry.Title, status.State, status.Trouble, entry.Note, entry.IsOwn, puller.CanPull(entry), entry.Bytes, status.BytesHere, entry.Origin,
            new LicenceReport(entry.Licence.Id, entry.Licence.Allows, entry.Licence.NeedsAcceptance, entry.Licence.TextUrl, entry.Licence.Version), status.Acceptance, entry.Accuracy, entry.Unverified,
            [.. status.Files.Select(f => new ModelFileReport(f.File.Name, f.File.Role, f.State, f.File.Bytes, f.File.Sha256, f.File.Url, f.CheckedAt, f.WrongSha256, f.PutAside))],
            puller.Find(entry.Id) is { } pull ? new PullReport(pull.State, pull.Bytes, pull.TotalBytes, pull.BytesPerSecond, pull.Trouble?.Message) : null);
    }
}

/// <summary>Terms of a model; <paramref name="Version"/> is what an acceptance names.</summary>
public sealed record LicenceReport(string Id, string Allows, bool NeedsAcceptance, string? TextUrl, string Version);

/// <summary>A file of a model. <paramref name="WrongSha256"/> and <paramref name="PutAside"/>: of one that was refused.</summary>
public sealed record ModelFileReport(string Name, ModelFileRole Role, ModelState State, long? Bytes, string Sha256, string? Url, DateTimeOffset? CheckedAt, string? WrongSha256, string? PutAside);

/// <summary>How far a pull is.</summary>
public sealed record PullReport(PullState State, long Bytes, long? TotalBytes, double? BytesPerSecond, string? Trouble);
