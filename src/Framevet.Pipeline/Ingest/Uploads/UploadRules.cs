using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Ingest.Uploads;

/// <summary>What is checked before bytes are taken. Pure.</summary>
internal static class UploadRules
{
    /// <summary>Name and size against the limits of one file.</summary>
    public static void CheckFile(UploadSession upload, SubmitLimits limits)
    {
        if (upload.Length == 0 && upload.Kind != UploadKind.Partial)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{upload.Name}: the file is empty.");
        }

        if (upload.Length > (long)limits.MaxFileMegabytes << 20)
        {
            throw new VettingException(FailureCode.SourceTooLarge, $"{upload.Name} is larger than {limits.MaxFileMegabytes} MiB.");
        }

        if (upload.Kind != UploadKind.Partial && !limits.Extensions.Contains(Path.GetExtension(upload.Name), StringComparer.OrdinalIgnoreCase))
        {
            throw new VettingException(FailureCode.UnsupportedMedia,
                $"{upload.Name}: files called '*{Path.GetExtension(upload.Name)}' are not taken; taken are {string.Join(" ", limits.Extensions)}.");
        }
    }

    /// <summary>The user's limits: what is open, what is stored.</summary>
    public static void CheckUsage(UploadSession upload, UploadUsage usage, SubmitLimits limits, int maxOpen, Actor actor)
    {
        if (usage.Uploads >= maxOpen && upload.Kind != UploadKind.Final)
        {
            throw new VettingException(FailureCode.Conflict, string.Create(CultureInfo.InvariantCulture, $"{actor.Name} has {usage.Uploads} unfinished uploads already, the most allowed."));
        }

        if (usage.OpenRuns >= limits.MaxOpenRuns)
        {
            throw new VettingException(FailureCode.Conflict, string.Create(CultureInfo.InvariantCulture, $"{actor.Name} has {usage.OpenRuns} unfinished runs already, the most allowed."));
        }

        // What is made of parts takes the parts' place.
        var coming = upload.Kind == UploadKind.Final ? 0 : upload.Length ?? 0;
        if (limits.MaxStoredMegabytes > 0 && usage.StoredBytes + usage.UploadBytes + coming > (long)limits.MaxStoredMegabytes << 20)
        {
            throw new VettingException(FailureCode.SourceTooLarge, $"{upload.Name}: {actor.Name} would have more than the {limits.MaxStoredMegabytes} MiB allowed here.");
        }
    }

    /// <summary>A piece against where the upload stands.</summary>
    public static void CheckPiece(UploadSession session, UploadPiece piece, long offset)
    {
        if (session.Kind == UploadKind.Final)
        {
            throw new VettingException(FailureCode.Forbidden, "An upload that was made of parts takes no bytes.");
        }

        if (piece.Offset != offset)
        {
            throw new VettingException(FailureCode.Conflict, string.Create(CultureInfo.InvariantCulture, $"The upload stands at {offset}, not at {piece.Offset}."));
        }

        if (session.Length is { } length && offset + (piece.Bytes ?? 0) > length)
        {
            throw new VettingException(FailureCode.SourceTooLarge, "The upload brings more bytes than it declared.");
        }
    }

    /// <summary>Whether a text is a SHA-256 in lower-case hex.</summary>
    public static bool IsSha256(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);
}
