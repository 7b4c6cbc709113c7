using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace Framevet.Pipeline.Storage;

/// <summary>Tells kinds of trouble with a bucket apart.</summary>
internal static class S3Trouble
{
    private static readonly string[] Damaged = ["BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest", "IncompleteBody", "RequestTimeout", "XAmzContentChecksumMismatch"];

    /// <summary>Whether there is no such object (or none that we may see).</summary>
    public static bool IsMissing(AmazonS3Exception trouble) => trouble.StatusCode == HttpStatusCode.NotFound && trouble.ErrorCode != "NoSuchBucket";

    /// <summary>Whether the same request may well succeed a moment later: the line broke, what arrived was damaged, or the service is busy.</summary>
    public static bool MayPass(Exception trouble) => trouble switch
    {
        AmazonS3Exception told => Damaged.Contains(told.ErrorCode) || (int)told.StatusCode is >= 500 or 429 or 408,
        AmazonClientException or IOException or HttpRequestException or WebException => true,
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };

    /// <summary>The trouble with its code and the name of what was wanted.</summary>
    public static VettingException Told(Exception trouble, string key, S3Options options) => new(FailureCode.BackendUnavailable, trouble switch
    {
        AmazonS3Exception { ErrorCode: "NoSuchBucket" } => $"The file store has no bucket '{options.Bucket}'.",
        AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } => $"The file store refuses bucket '{options.Bucket}': the key or its rights are wrong.",
        _ => $"The file store did not answer as it should ({options.Bucket}/{key}).",
    }, trouble.Message, trouble);
}
