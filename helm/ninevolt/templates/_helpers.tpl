{{- define "ninevolt.fullname" -}}
{{- if contains "ninevolt" .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-ninevolt" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "ninevolt.selectorLabels" -}}
app.kubernetes.io/name: ninevolt
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ninevolt.labels" -}}
{{ include "ninevolt.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: ninevolt
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "ninevolt.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "ninevolt.tokensSecret" -}}
{{ .Values.accessTokens.existingSecret | default (printf "%s-tokens" (include "ninevolt.fullname" .)) }}
{{- end -}}

{{- define "ninevolt.etcdMembers" -}}
{{- if .Values.etcd.enabled -}}
{{- $name := printf "%s-etcd" (include "ninevolt.fullname" .) -}}
{{- $members := list -}}
{{- range $n := until (int .Values.etcd.replicas) -}}
{{- $members = append $members (printf "http://%s-%d.%s:2379" $name $n $name) -}}
{{- end -}}
{{ join "," $members }}
{{- else -}}
{{ required "etcd.external.members: expected the addresses of an etcd, since etcd.enabled is false" (join "," .Values.etcd.external.members) }}
{{- end -}}
{{- end -}}

{{- define "ninevolt.publicUrl" -}}
{{- if .Values.publicUrl -}}
{{ .Values.publicUrl }}
{{- else if .Values.ingress.enabled -}}
{{ ternary "https" "http" (ne .Values.ingress.tlsSecret "") }}://{{ .Values.ingress.host }}
{{- end -}}
{{- end -}}

{{- /* Pod of any role. Takes: root, role, args, image, resources, netRaw, nodeSelector, tolerations, labels. */ -}}
{{- define "ninevolt.pod" -}}
{{- $root := .root -}}
{{- $external := and (not $root.Values.etcd.enabled) $root.Values.etcd.external -}}
metadata:
  labels:
    {{- .labels | nindent 4 }}
spec:
  serviceAccountName: {{ include "ninevolt.fullname" $root }}
  automountServiceAccountToken: false
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  # A node hands over within 30 s.
  terminationGracePeriodSeconds: 40
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile:
      type: RuntimeDefault
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- .selector | nindent 10 }}
  {{- with .nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
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
        {{- with .tags }}
        - name: NINEV_MEMBER_TAGS
          value: {{ join "," . | quote }}
        {{- end }}
        {{- if and $external $external.tlsSecret }}
        - name: NINEV_ETCD_CA
          value: /etc/ninevolt/etcd/ca.crt
        - name: NINEV_ETCD_CERT
          value: /etc/ninevolt/etcd/tls.crt
        - name: NINEV_ETCD_KEY
          value: /etc/ninevolt/etcd/tls.key
        {{- end }}
        {{- if and $external $external.authSecret }}
        - name: NINEV_ETCD_USERPASS
          valueFrom:
            secretKeyRef:
              name: {{ $external.authSecret }}
              key: userpass
        {{- end }}
        {{- with $root.Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $root.Values.extraEnvFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - name: http
          containerPort: 8080
      startupProbe:
        httpGet: { path: /livez, port: http }
        periodSeconds: 2
        failureThreshold: 30
      livenessProbe:
        httpGet: { path: /livez, port: http }
        timeoutSeconds: 5
      readinessProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 5
        timeoutSeconds: 5
      resources:
        {{- toYaml .resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: {{ .netRaw }}
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
          {{- if .netRaw }}
          add: [NET_RAW]
          {{- end }}
      volumeMounts:
        - name: tokens
          mountPath: /etc/ninevolt/tokens
          readOnly: true
        {{- if and $external $external.tlsSecret }}
        - name: etcd-tls
          mountPath: /etc/ninevolt/etcd
          readOnly: true
        {{- end }}
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: tokens
      secret:
        secretName: {{ include "ninevolt.tokensSecret" $root }}
    {{- if and $external $external.tlsSecret }}
    - name: etcd-tls
      secret:
        secretName: {{ $external.tlsSecret }}
    {{- end }}
    - name: tmp
      emptyDir: {}
{{- end -}}

{{- /* Deployment of one role, or of one pool of workers. Takes what the pod takes, and: name, replicas, component. */ -}}
{{- define "ninevolt.deployment" -}}
{{- $root := .root -}}
{{- $selector := printf "%s\napp.kubernetes.io/component: %s" (include "ninevolt.selectorLabels" $root) .component -}}
{{- $labels := printf "%s\napp.kubernetes.io/component: %s" (include "ninevolt.labels" $root) .component -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .name }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  replicas: {{ .replicas }}
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
{{- if and $root.Values.podDisruptionBudget.enabled (gt (int .replicas) 1) }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- $selector | nindent 6 }}
{{- end }}
{{- end -}}
