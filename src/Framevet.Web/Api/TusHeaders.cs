using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Uploads;

namespace Framevet.Web.Api;

/// <summary>Names and notations of the tus protocol, version 1.0.</summary>
internal static class TusHeaders
{
    public const string Version = "1.0.0";
    public const string Extensions = "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,concatenation";
    public const string PieceType = "application/offset+octet-stream";

    public const string Resumable = "Tus-Resumable";
    public const string Offset = "Upload-Offset";
    public const string Length = "Upload-Length";
    public const string DeferLength = "Upload-Defer-Length";
    public const string Metadata = "Upload-Metadata";
    public const string Concat = "Upload-Concat";
    public const string Checksum = "Upload-Checksum";
    public const string Expires = "Upload-Expires";

    /// <summary>Ours: the run that the upload became.</summary>
    public const string Run = "Upload-Run";

    /// <summary>460: the piece did not match its checksum.</summary>
    public const int ChecksumMismatch = 460;

    /// <summary>A number of bytes; null when the header is missing.</summary>
    /// <exception cref="VettingException">InvalidRequest: it is no number of bytes.</exception>
    public static long? Number(HttpRequest request, string header)
    {
        if (!request.Headers.TryGetValue(header, out var text))
        {
            return null;
        }

        return long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new VettingException(FailureCode.InvalidRequest, $"{header} must be a whole number of bytes, 0 or more.");
    }

    /// <summary>Whether the length is left open.</summary>
    /// <exception cref="VettingException">InvalidRequest: another value than 1.</exception>
    public static bool IsDeferred(HttpRequest request) =>
        request.Headers.TryGetValue(DeferLength, out var text)
        && (text.ToString() == "1" ? true : throw new VettingException(FailureCode.InvalidRequest, $"{DeferLength} can only be 1."));

    /// <summary>Reads <c>key BASE64,key2 BASE64</c>; a key alone has an empty value.</summary>
    /// <exception cref="VettingException">InvalidRequest, with what is wrong.</exception>
    public static ImmutableDictionary<string, string> Pairs(string? text)
    {
        var pairs = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var pair in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = pair.Trim(' ').Split(' ');
            if (words.Length > 2 || words[0].Length == 0 || !words[0].All(c => c is > ' ' and < (char)127) || pairs.ContainsKey(words[0]))
            {
                throw new VettingException(FailureCode.InvalidRequest, $"{Metadata} must be pairs of a key (once each) and a Base64 value, separated by commas.");
            }

            pairs.Add(words[0], words.Length == 1 ? "" : Decode(words[0], words[1]));
        }

        return pairs.ToImmutable();
    }

    /// <summary>The checksum of a piece; null when there is none.</summary>
    /// <exception cref="VettingException">InvalidRequest: unknown algorithm or no checksum of its size.</exception>
    public static UploadChecksum? ChecksumOf(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Checksum, out var text))
        {
            return null;
        }

        return UploadChecksum.Parse(text.ToString(), out var isKnown) ?? throw new VettingException(FailureCode.InvalidRequest, isKnown
            ? $"{Checksum} must be the name of an algorithm, a blank and the checksum as Base64."
            : $"{Checksum} takes {string.Join(", ", UploadChecksum.Algorithms)}.");
    }

    /// <summary>Ids in <c>final;/files/a /files/b</c>; addresses may be relative or whole.</summary>
    /// <exception cref="VettingException">InvalidRequest.</exception>
    public static ImmutableArray<Guid> Parts(string concat)
    {
        var addresses = concat["final;".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var ids = addresses.Select(a => Guid.TryParseExact(a[(a.LastIndexOf('/') + 1)..], "N", out var id) ? id : Guid.Empty).ToImmutableArray();
        return ids.Length is > 0 and <= 1000 && !ids.Contains(Guid.Empty) && ids.Distinct().Count() == ids.Length
            ? ids
            : throw new VettingException(FailureCode.InvalidRequest, $"{Concat} must name 1 to 1000 uploads of this server, each once.");
    }

    private static string Decode(string key, string base64)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(base64));
        }
        catch (FormatException)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The value of '{key}' in {Metadata} is no Base64.");
        }
    }
}
