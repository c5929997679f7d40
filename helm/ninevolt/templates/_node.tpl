{{- /* Pod of any role. Takes: root, role, labels, selector, image, and settings: those of the role or pool. */ -}}
{{- define "ninevolt.pod" -}}
{{- $root := .root -}}
{{- $settings := .settings -}}
{{- $external := ternary dict $root.Values.etcd.external $root.Values.etcd.enabled -}}
{{- if include "ninevolt.etcdTls" $root -}}
{{- /* The name in the certificate is that of the user. */ -}}
{{- $external = dict "tlsSecret" (printf "%s-tls-%s" (include "ninevolt.etcdName" $root) .role) "clientCertificate" true -}}
{{- end -}}
metadata:
  labels:
    {{- .labels | nindent 4 }}
  {{- with $root.Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- include "ninevolt.podDefaults" $root | nindent 2 }}
  # A node hands over within 30 s, the API after the pause before its stop.
  terminationGracePeriodSeconds: 40
  {{- include "ninevolt.spread" .selector | nindent 2 }}
  {{- include "ninevolt.placement" $settings | indent 2 }}
  containers:
    - name: {{ .role }}
      image: {{ .image }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [{{ .role }}]
      env:
        - name: NINEV_MEMBER_ID
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        - name: NINEV_LISTEN_ADDRESS
          value: 0.0.0.0:8080
        - name: NINEV_ETCD_MEMBERS
          value: {{ include "ninevolt.etcdMembers" $root | quote }}
        - name: NINEV_ETCD_PREFIX
          value: {{ $root.Values.etcd.prefix | quote }}
        - name: NINEV_ACCESS_TOKENS_FILE
          value: /etc/ninevolt/tokens/{{ $root.Values.accessTokens.key }}
        {{- with include "ninevolt.publicUrl" $root }}
        - name: NINEV_PUBLIC_URL
          value: {{ . | quote }}
        {{- end }}
        {{- with $settings.connections }}
        - name: NINEV_MAX_CONNECTIONS
          value: {{ .inAll | quote }}
        - name: NINEV_MAX_CONNECTIONS_PER_ADDRESS
          value: {{ .perAddress | quote }}
        {{- end }}
        {{- with $settings.streams }}
        - name: NINEV_MAX_STREAMS
          value: {{ .inAll | quote }}
        - name: NINEV_MAX_STREAMS_PER_ADDRESS
          value: {{ .perAddress | quote }}
        {{- end }}
        {{- with $settings.tags }}
        - name: NINEV_MEMBER_TAGS
          value: {{ join "," . | quote }}
        {{- end }}
        {{- if $external.tlsSecret }}
        - name: NINEV_ETCD_CA
          value: /etc/ninevolt/etcd/ca.crt
        {{- if $external.clientCertificate }}
        - name: NINEV_ETCD_CERT
          value: /etc/ninevolt/etcd/tls.crt
        - name: NINEV_ETCD_KEY
          value: /etc/ninevolt/etcd/tls.key
        {{- end }}
        {{- end }}
        {{- with $external.authSecret }}
        - name: NINEV_ETCD_USERPASS
          valueFrom:
            secretKeyRef:
              name: {{ . }}
              key: userpass
        {{- end }}
        {{- if and $root.Values.archive.existingSecret (has .role (list "scheduler" "api")) }}
        - name: NINEV_ARCHIVE_URL
          valueFrom:
            secretKeyRef:
              name: {{ $root.Values.archive.existingSecret }}
              key: {{ $root.Values.archive.key }}
        {{- with $root.Values.archive.keep }}
        - name: NINEV_ARCHIVE_KEEP
          value: {{ . | quote }}
        {{- end }}
        {{- end }}
        {{- with concat $root.Values.extraEnv ($settings.extraEnv | default list) }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with concat $root.Values.extraEnvFrom ($settings.extraEnvFrom | default list) }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - name: http
          containerPort: 8080
      {{- if eq .role "api" }}
      lifecycle:
        preStop:
          # Until nobody sends requests here any more.
          exec: { command: [sleep, '5'] }
      {{- end }}
      startupProbe:
        httpGet: { path: /livez, port: http }
        periodSeconds: 2
        timeoutSeconds: 5
        failureThreshold: 30
      livenessProbe:
        httpGet: { path: /livez, port: http }
        timeoutSeconds: 5
      readinessProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 5
        timeoutSeconds: 5
      {{- with $settings.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        {{- if $settings.netRaw }}
        # fping gets the capability from its file, which a process without new privileges does not.
        allowPrivilegeEscalation: true
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
          add: [NET_RAW]
        {{- else }}
        {{- include "ninevolt.containerSecurityContext" . | nindent 8 }}
        {{- end }}
      volumeMounts:
        - name: tokens
          mountPath: /etc/ninevolt/tokens
          readOnly: true
        {{- if $external.tlsSecret }}
        - name: etcd-tls
          mountPath: /etc/ninevolt/etcd
          readOnly: true
        {{- end }}
        - name: tmp
          mountPath: /tmp
        {{- with $settings.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: tokens
      secret:
        secretName: {{ include "ninevolt.tokensSecret" $root }}
    {{- with $external.tlsSecret }}
    - name: etcd-tls
      secret:
        secretName: {{ . }}
    {{- end }}
    - name: tmp
      emptyDir: {}
    {{- with $settings.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- /* Deployment of one role, or of one pool of workers. Takes: root, role, component, image, and settings: those of the role or pool. */ -}}
{{- define "ninevolt.deployment" -}}
{{- $root := .root -}}
{{- $name := printf "%s-%s" (include "ninevolt.fullname" $root) .component -}}
{{- $selector := printf "%s\napp.kubernetes.io/component: %s" (include "ninevolt.selectorLabels" $root) .component -}}
{{- $labels := printf "%s\napp.kubernetes.io/component: %s" (include "ninevolt.labels" $root) .component -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  replicas: {{ .settings.replicas }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  selector:
    matchLabels:
      {{- $selector | nindent 6 }}
  template:
    {{- include "ninevolt.pod" (merge (dict "labels" $labels "selector" $selector) .) | nindent 4 }}
{{- if and $root.Values.podDisruptionBudget.enabled (gt (int .settings.replicas) 1) }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  maxUnavailable: 1
  # While etcd is away nothing is ready, and nodes must be drained all the same.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- $selector | nindent 6 }}
{{- end }}
{{- end -}}
